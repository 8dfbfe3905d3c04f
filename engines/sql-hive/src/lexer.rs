//! Text to tokens. Total: any input gives tokens ending in [`Kind::End`]; what is no token of the
//! language becomes a one-character symbol or a [`Kind::Unterminated`], refused where it is met, so
//! a query in a richer dialect can be recognised by its first words.

/// What a token is. Its text is found through its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// `` `name` ``
    Backquoted,
    /// `"…"`: an identifier or a string, as the place demands.
    DoubleQuoted,
    /// `'…'`
    Text,
    Number,
    Symbol,
    /// A quote or a block comment that never ends.
    Unterminated,
    End,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Byte range in the statement.
    pub start: usize,
    pub end: usize,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

pub(crate) fn lex(sql: &str) -> Vec<Token> {
    let mut scanner = Scanner { sql, at: 0, line: 1, column: 1 };
    let mut tokens = Vec::with_capacity(sql.len() / 6 + 4);
    loop {
        let token = scanner.token();
        let last = token.kind == Kind::End;
        tokens.push(token);
        if last {
            return tokens;
        }
    }
}

struct Scanner<'a> {
    sql: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.sql[self.at..].chars().next()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.sql[self.at..].starts_with(text)
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&accept) {
            self.bump();
        }
    }

    fn token(&mut self) -> Token {
        let unclosed = self.skip_blanks();
        let (start, line, column) = unclosed.unwrap_or((self.at, self.line, self.column));
        let kind = if unclosed.is_some() { Kind::Unterminated } else { self.kind() };
        Token { kind, start, end: self.at, line, column }
    }

    /// Skips white space and comments; the beginning of a block comment that never ends.
    fn skip_blanks(&mut self) -> Option<(usize, u32, u32)> {
        loop {
            self.take_while(char::is_whitespace);
            if self.starts_with("--") {
                self.take_while(|c| c != '\n');
            } else if self.starts_with("/*") {
                let begin = (self.at, self.line, self.column);
                self.bump();
                self.bump();
                while !self.starts_with("*/") {
                    if self.bump().is_none() {
                        return Some(begin);
                    }
                }
                self.bump();
                self.bump();
            } else {
                return None;
            }
        }
    }

    fn kind(&mut self) -> Kind {
        let Some(c) = self.bump() else { return Kind::End };
        match c {
            '`' => self.quoted('`', false, Kind::Backquoted),
            '"' => self.quoted('"', true, Kind::DoubleQuoted),
            '\'' => self.quoted('\'', true, Kind::Text),
            c if c.is_ascii_digit() => {
                // A word may begin with a digit in Hive (`2023_sales`); a number is digits only.
                self.take_while(|c| c.is_ascii_digit());
                if self.peek() == Some('.')
                    && self.sql[self.at + 1..].starts_with(|c: char| c.is_ascii_digit())
                {
                    self.bump();
                    self.take_while(|c| c.is_ascii_digit());
                }
                if self.peek().is_some_and(is_word) {
                    self.take_while(is_word);
                    return Kind::Word;
                }
                Kind::Number
            }
            c if is_word(c) => {
                self.take_while(is_word);
                Kind::Word
            }
            '<' if matches!(self.peek(), Some('=' | '>')) => self.pair(),
            '>' | '!' | '=' if self.peek() == Some('=') => self.pair(),
            _ => Kind::Symbol,
        }
    }

    fn pair(&mut self) -> Kind {
        self.bump();
        Kind::Symbol
    }

    fn quoted(&mut self, quote: char, escapes: bool, kind: Kind) -> Kind {
        loop {
            match self.bump() {
                None => return Kind::Unterminated,
                Some('\\') if escapes => {
                    self.bump();
                }
                Some(c) if c == quote => {
                    if self.peek() != Some(quote) {
                        return kind;
                    }
                    self.bump();
                }
                Some(_) => {}
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphanumeric()
}

/// The value of a quoted name: quotes dropped, doubled quotes single.
pub(crate) fn unquote_name(raw: &str, quote: char) -> String {
    let inner = raw.strip_prefix(quote).unwrap_or(raw);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// The value of a string literal, Hive's escapes resolved: `\t`, `\n`, `\r`, `\b`, `\0`, `\Z`,
/// `\\`, `\'`, octal `\001` and `\u0001`. `\%` and `\_` keep their backslash for patterns; any
/// other escaped character stands for itself.
pub(crate) fn unescape(raw: &str) -> String {
    let Some(quote) = raw.chars().next() else { return String::new() };
    let inner = &raw[quote.len_utf8()..];
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            // Only a doubled quote can stand inside.
            rest = rest.strip_prefix(quote).unwrap_or(rest);
            out.push(quote);
        } else if c == '\\' {
            rest = escape(rest, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// Resolves what follows a backslash and answers what remains.
fn escape<'a>(rest: &'a str, out: &mut String) -> &'a str {
    if let Some(code) = digits(rest, 3, 8).filter(|code| *code < 0o200) {
        out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        return &rest[3..];
    }
    if let Some(hex) = rest.strip_prefix('u')
        && let Some(code) = digits(hex, 4, 16)
    {
        out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        return &hex[4..];
    }
    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    match c {
        '0' => out.push('\0'),
        'b' => out.push('\u{8}'),
        'n' => out.push('\n'),
        'r' => out.push('\r'),
        't' => out.push('\t'),
        'Z' => out.push('\u{1a}'),
        '%' | '_' => out.extend(['\\', c]),
        other => out.push(other),
    }
    &rest[c.len_utf8()..]
}

fn digits(text: &str, count: usize, radix: u32) -> Option<u32> {
    let digits = text.get(..count)?;
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sql: &str) -> Vec<(Kind, &str, u32, u32)> {
        lex(sql).iter().map(|t| (t.kind, &sql[t.start..t.end], t.line, t.column)).collect()
    }

    #[test]
    fn positions_count_characters_and_survive_comments() {
        let sql = "-- é\n/* a\n b */ é `x``y` <= 'it''s \\' ok' 2.5 2a";
        assert_eq!(
            words(sql),
            [
                (Kind::Word, "é", 3, 7),
                (Kind::Backquoted, "`x``y`", 3, 9),
                (Kind::Symbol, "<=", 3, 16),
                (Kind::Text, "'it''s \\' ok'", 3, 19),
                (Kind::Number, "2.5", 3, 33),
                (Kind::Word, "2a", 3, 37),
                (Kind::End, "", 3, 39),
            ]
        );
    }

    #[test]
    fn what_never_ends_is_a_token() {
        assert_eq!(words("a 'b")[1].0, Kind::Unterminated);
        assert_eq!(words("a /* b")[1].0, Kind::Unterminated);
        assert_eq!(words("a 'b\\")[1].0, Kind::Unterminated);
    }

    #[test]
    fn escapes_follow_hive() {
        assert_eq!(unescape(r"'\001|\t|\u00e9|\\d|it''s|\'|\%|\q'"), "\u{1}|\t|é|\\d|it's|'|\\%|q");
        assert_eq!(unescape(r#""a\"b""#), "a\"b");
        assert_eq!(unescape(r"'\0'"), "\0");
        assert_eq!(unquote_name("`a``b`", '`'), "a`b");
    }
}
