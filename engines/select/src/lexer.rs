//! The words of a query.

use crate::code::{Code, Error, Result};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name or a keyword, as written.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// A string in single quotes.
    Text(String),
    Number(String),
    /// What stands between backticks.
    Ion(String),
    Symbol(&'static str),
    End,
}

/// Where a token begins, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub line: u32,
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at line {}, column {}", self.line, self.column)
    }
}

/// Longer symbols before those they begin with.
const SYMBOLS: [&str; 22] = [
    "<>", "<=", ">=", "!=", "||", "<", ">", "=", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",",
    ".", ";", "@", ":",
];

struct Lexer<'a> {
    rest: &'a str,
    place: Place,
}

/// The tokens of a query and where they are; the last is [`Token::End`].
pub(crate) fn lex(text: &str) -> Result<Vec<(Token, Place)>> {
    let mut lexer = Lexer { rest: text, place: Place { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let place = lexer.place;
        let token = lexer.next()?;
        let last = token == Token::End;
        tokens.push((token, place));
        if last {
            return Ok(tokens);
        }
    }
}

impl Lexer<'_> {
    fn take(&mut self, bytes: usize) -> String {
        let (taken, rest) = self.rest.split_at(bytes);
        for character in taken.chars() {
            if character == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        let taken = taken.to_owned();
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) -> Result<()> {
        loop {
            let blanks = self.rest.len() - self.rest.trim_start().len();
            self.take(blanks);
            if self.rest.starts_with("--") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(end);
            } else if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").ok_or_else(|| self.bad_character())?;
                self.take(end + 2);
            } else {
                return Ok(());
            }
        }
    }

    fn bad_character(&self) -> Error {
        Error::new(Code::LexerInvalidChar, format!("Invalid character {}.", self.place))
    }

    fn next(&mut self) -> Result<Token> {
        let Some(first) = self.rest.chars().next() else { return Ok(Token::End) };
        match first {
            '\'' => self.quoted('\'').map(Token::Text),
            '"' => self.quoted('"').map(Token::Quoted),
            '`' => {
                let end = self.rest[1..].find('`').ok_or(Code::LexerInvalidIONLiteral)?;
                let taken = self.take(end + 2);
                Ok(Token::Ion(taken[1..=end].to_owned()))
            }
            '0'..='9' => self.number(),
            '.' if self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            first if first.is_alphabetic() || matches!(first, '_' | '$') => {
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
                let end = self.rest.find(|c| !inside(c)).unwrap_or(self.rest.len());
                Ok(Token::Word(self.take(end)))
            }
            _ => {
                let symbol = SYMBOLS.into_iter().find(|symbol| self.rest.starts_with(symbol));
                let symbol = symbol.ok_or_else(|| self.bad_character())?;
                self.take(symbol.len());
                Ok(Token::Symbol(symbol))
            }
        }
    }

    /// Text up to a quote that is not doubled.
    fn quoted(&mut self, quote: char) -> Result<String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            if character != quote {
                text.push(character);
            } else if characters.next_if(|(_, next)| *next == quote).is_some() {
                text.push(quote);
            } else {
                self.take(at + 1);
                return Ok(text);
            }
        }
        Err(self.bad_character())
    }

    fn number(&mut self) -> Result<Token> {
        let bytes = self.rest.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                end = exponent;
            }
        }
        if self.rest[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            let message = format!("Invalid literal {}.", self.place);
            return Err(Error::new(Code::LexerInvalidLiteral, message));
        }
        Ok(Token::Number(self.take(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Token> {
        let mut tokens = lex(text).unwrap();
        tokens.pop();
        tokens.into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn words_of_every_kind() {
        assert_eq!(
            words("s.\"a\"\"b\" <>'it''s'--x\n/* y */ 1.5e3 `2010T` ||"),
            [
                Token::Word("s".into()),
                Token::Symbol("."),
                Token::Quoted("a\"b".into()),
                Token::Symbol("<>"),
                Token::Text("it's".into()),
                Token::Number("1.5e3".into()),
                Token::Ion("2010T".into()),
                Token::Symbol("||"),
            ]
        );
    }

    #[test]
    fn places_are_told() {
        let tokens = lex("a\n  b").unwrap();
        assert_eq!(tokens[1].1, Place { line: 2, column: 3 });
        let error = lex("SELECT #").unwrap_err();
        assert_eq!(error.to_string(), "LexerInvalidChar: Invalid character at line 1, column 8.");
        assert!(lex("'open").is_err() && lex("`open").is_err() && lex("1abc").is_err());
    }
}
