//! Tokens of a filter, each with its place.

use thiserror::Error;

/// The text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} at position {position}")]
pub struct ParseError {
    /// Byte offset into the text.
    pub position: usize,
    /// What is wrong there.
    pub message: String,
}

impl ParseError {
    pub(crate) fn new(position: usize, message: impl Into<String>) -> ParseError {
        ParseError { position, message: message.into() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// An unquoted word: a keyword or a name.
    Word(String),
    /// A name in double quotes or backticks.
    Name(String),
    /// A literal in single quotes.
    Text(String),
    Number(String),
    /// `=`, `<=`, `(`, `,` and the like.
    Symbol(&'static str),
    End,
}

impl Token {
    /// How an error message calls the token.
    pub(crate) fn describe(&self) -> String {
        match self {
            Token::Word(text) | Token::Number(text) => format!("'{text}'"),
            Token::Name(name) => format!("column \"{name}\""),
            Token::Text(text) => format!("string '{text}'"),
            Token::Symbol(symbol) => format!("'{symbol}'"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Longer symbols before their beginnings.
const SYMBOLS: [(&str, &str); 12] = [
    ("<=", "<="),
    (">=", ">="),
    ("<>", "<>"),
    ("!=", "<>"),
    ("==", "="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    ("-", "-"),
];

/// Cuts the text into tokens; the last is [`Token::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ParseError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let position = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            tokens.push((position, Token::End));
            return Ok(tokens);
        };
        let (token, len) = match first {
            '\'' => quoted(rest, '\'', position).map(|(text, len)| (Token::Text(text), len))?,
            '"' | '`' => {
                quoted(rest, first, position).map(|(name, len)| (Token::Name(name), len))?
            }
            _ if starts_number(rest) => {
                let len = number_len(rest);
                (Token::Number(rest.get(..len).unwrap_or_default().to_owned()), len)
            }
            _ if is_word_start(first) => {
                let len = rest.find(|c| !is_word_part(c)).unwrap_or(rest.len());
                (Token::Word(rest.get(..len).unwrap_or_default().to_owned()), len)
            }
            _ => SYMBOLS
                .iter()
                .find(|(written, _)| rest.starts_with(written))
                .map(|(written, meant)| (Token::Symbol(meant), written.len()))
                .ok_or_else(|| {
                    ParseError::new(position, format!("unexpected character '{first}'"))
                })?,
        };
        tokens.push((position, token));
        rest = rest.get(len..).unwrap_or_default();
    }
}

/// Whether a column name needs no quotes: it reads as a word and is no keyword.
pub(crate) fn is_plain_name(name: &str) -> bool {
    name.starts_with(is_word_start)
        && name.chars().all(is_word_part)
        && !super::parse::is_reserved(name)
        && !matches!(name.to_ascii_uppercase().as_str(), "DATE" | "TIMESTAMP")
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn starts_number(text: &str) -> bool {
    text.strip_prefix('.').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit())
}

/// Digits, a fraction, an exponent. Letters that follow make a word of their own, and an error.
fn number_len(text: &str) -> usize {
    let digits = |from: usize| {
        let tail = text.get(from..).unwrap_or_default();
        from + tail.bytes().take_while(u8::is_ascii_digit).count()
    };
    let mut len = digits(0);
    if text.get(len..).is_some_and(|tail| tail.starts_with('.')) {
        len = digits(len + 1);
    }
    if text.get(len..).is_some_and(|tail| tail.starts_with(['e', 'E'])) {
        let signed = text.get(len + 1..).is_some_and(|tail| tail.starts_with(['+', '-']));
        let from = len + 1 + usize::from(signed);
        let end = digits(from);
        if end > from {
            len = end;
        }
    }
    len
}

/// Reads quoted text from its opening quote on; a doubled quote is one of the text.
fn quoted(text: &str, quote: char, position: usize) -> Result<(String, usize), ParseError> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            content.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else {
            return Ok((content, at + quote.len_utf8()));
        }
    }
    Err(ParseError::new(position, format!("{quote} without its end")))
}
