//! The cursor: tokens one at a time, and the sentences of refusals.

use crate::ast::{Properties, SqlText};
use crate::error::ParseError;
use crate::lexer::{Kind, Token, lex, unescape, unquote_name};

pub(crate) type Result<T> = std::result::Result<T, ParseError>;

/// May not be a bare identifier in a definition; quoted it may.
///
/// `TIME`, `START`, `TIMESTAMP`, `VIEWS`, `LESS`, `MORE` and `NONE`, which some lists carry, are left
/// out: the published definitions of log tables use the first three bare, and no rule here needs the
/// others.
const RESERVED: &str = "\
    ALL ALTER AND ARRAY AS AUTHORIZATION BETWEEN BIGINT BINARY BOOLEAN BOTH BY CASE CAST CHAR \
    COLUMN COMMIT CONF CONSTRAINT CREATE CROSS CUBE CURRENT CURRENT_DATE CURRENT_TIMESTAMP \
    CURSOR DATABASE DATE DAYOFWEEK DECIMAL DELETE DESCRIBE DISTINCT DIV DOUBLE DROP ELSE END \
    EXCHANGE EXISTS EXTENDED EXTERNAL EXTRACT FALSE FETCH FLOAT FLOOR FOLLOWING FOR FOREIGN FROM \
    FULL FUNCTION GRANT GROUP GROUPING HAVING IF IMPORT IN INNER INSERT INT INTEGER INTERSECT \
    INTERVAL INTO IS JOIN LATERAL LEFT LIKE LOCAL MACRO MAP NOT NULL NUMERIC OF ON ONLY OR ORDER \
    OUT OUTER OVER PARTIALSCAN PARTITION PERCENT PRECEDING PRECISION PRESERVE PRIMARY PROCEDURE \
    RANGE READS REDUCE REFERENCES REGEXP REVOKE RIGHT RLIKE ROLLBACK ROLLUP ROW ROWS SELECT SET \
    SMALLINT TABLE TABLESAMPLE THEN TO TRANSFORM TRIGGER TRUE TRUNCATE UNBOUNDED \
    UNION UNIQUEJOIN UPDATE USER USING UTC_TIMESTAMP VALUES VARCHAR WHEN WHERE WINDOW WITH";

pub(crate) struct Cursor<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(sql: &'a str) -> Self {
        Self { sql, tokens: lex(sql), at: 0 }
    }

    fn token(&self, ahead: usize) -> Token {
        self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn slice(&self, token: Token) -> &'a str {
        &self.sql[token.start..token.end]
    }

    /// The current token moves on; the end stays.
    pub(crate) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    /// A place to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.at
    }

    pub(crate) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }

    /// The current token if it is a bare word.
    pub(crate) fn word(&self) -> Option<&'a str> {
        let token = self.token(0);
        (token.kind == Kind::Word).then(|| self.slice(token))
    }

    pub(crate) fn at(&self, keyword: &str) -> bool {
        self.at_ahead(0, keyword)
    }

    pub(crate) fn at_ahead(&self, ahead: usize, keyword: &str) -> bool {
        let token = self.token(ahead);
        token.kind == Kind::Word && self.slice(token).eq_ignore_ascii_case(keyword)
    }

    pub(crate) fn accept(&mut self, keyword: &str) -> bool {
        let found = self.at(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Accepts the words one after another, or none of them.
    pub(crate) fn accept_all(&mut self, keywords: &[&str]) -> bool {
        let found = keywords.iter().enumerate().all(|(i, keyword)| self.at_ahead(i, keyword));
        if found {
            self.at += keywords.len();
        }
        found
    }

    pub(crate) fn expect(&mut self, keyword: &str, place: &str) -> Result<()> {
        if self.accept(keyword) { Ok(()) } else { Err(self.expecting(keyword, place)) }
    }

    pub(crate) fn at_symbol(&self, symbol: &str) -> bool {
        self.symbol_ahead(0, symbol)
    }

    pub(crate) fn symbol_ahead(&self, ahead: usize, symbol: &str) -> bool {
        let token = self.token(ahead);
        token.kind == Kind::Symbol && self.slice(token) == symbol
    }

    pub(crate) fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = self.at_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str, place: &str) -> Result<()> {
        if self.accept_symbol(symbol) { Ok(()) } else { Err(self.expecting(symbol, place)) }
    }

    /// A name: a bare word that is not reserved, or a quoted one. Lower case.
    pub(crate) fn identifier(&mut self, place: &str) -> Result<String> {
        let reserved = |word: &str| RESERVED.split(' ').any(|r| r.eq_ignore_ascii_case(word));
        if self.word().is_some_and(reserved) {
            return Err(self.unrecognized(place));
        }
        self.any_identifier(place)
    }

    /// A name where reserved words are names too: after a dot, or before a colon.
    pub(crate) fn any_identifier(&mut self, place: &str) -> Result<String> {
        let token = self.token(0);
        let raw = self.slice(token);
        let name = match token.kind {
            Kind::Word => raw.to_lowercase(),
            Kind::Backquoted => unquote_name(raw, '`').to_lowercase(),
            Kind::DoubleQuoted => unquote_name(raw, '"').to_lowercase(),
            _ => return Err(self.unrecognized(place)),
        };
        if name.is_empty() {
            return Err(self.unrecognized(place));
        }
        self.advance();
        Ok(name)
    }

    pub(crate) fn at_string(&self) -> bool {
        matches!(self.token(0).kind, Kind::Text | Kind::DoubleQuoted)
    }

    /// A name in quotes.
    pub(crate) fn at_quoted(&self) -> bool {
        matches!(self.token(0).kind, Kind::Backquoted | Kind::DoubleQuoted)
    }

    /// A string literal in either quotes, escapes resolved.
    pub(crate) fn string(&mut self, place: &str) -> Result<String> {
        if !self.at_string() {
            return Err(self.expecting("StringLiteral", place));
        }
        let text = unescape(self.slice(self.token(0)));
        self.advance();
        Ok(text)
    }

    /// A whole number in the range, ends included.
    pub(crate) fn integer(&mut self, least: u32, most: u32, place: &str) -> Result<u32> {
        let token = self.token(0);
        let number = self.slice(token).parse().ok().filter(|n| (least..=most).contains(n));
        match number {
            Some(number) if token.kind == Kind::Number => {
                self.advance();
                Ok(number)
            }
            _ => Err(self.expecting("Number", place)),
        }
    }

    /// A literal as text: a string, a number with or without a sign, a typed string
    /// (`DATE '2024-01-01'`), `true`, `false` or `null`.
    pub(crate) fn literal(&mut self, place: &str) -> Result<String> {
        if self.at_string() {
            return self.string(place);
        }
        if let Some(word) = self.word() {
            let word = word.to_ascii_lowercase();
            match word.as_str() {
                "date" | "timestamp" => {
                    self.advance();
                    return self.string(place);
                }
                "true" | "false" | "null" => {
                    self.advance();
                    return Ok(word);
                }
                _ => return Err(self.unrecognized(place)),
            }
        }
        let mark = self.mark();
        let sign = if self.accept_symbol("-") { "-" } else { "" };
        let token = self.token(0);
        if token.kind != Kind::Number {
            self.reset(mark);
            return Err(self.unrecognized(place));
        }
        self.advance();
        Ok(format!("{sign}{}", self.slice(token)))
    }

    /// `('key'='value', …)`
    pub(crate) fn properties(&mut self, place: &str) -> Result<Properties> {
        let mut properties = Properties::new();
        self.expect_symbol("(", place)?;
        loop {
            let key = self.string(place)?;
            if !self.accept_symbol("==") {
                self.expect_symbol("=", place)?;
            }
            // Numbers and truth values without quotes are common and mean their text.
            let value = if self.at_string() { self.string(place)? } else { self.literal(place)? };
            properties.push((key, value));
            if !self.accept_symbol(",") {
                break;
            }
        }
        self.expect_symbol(")", place)?;
        Ok(properties)
    }

    /// Everything up to the end of the statement, which may not be empty.
    pub(crate) fn remaining_sql(&mut self) -> Result<SqlText> {
        let first = self.token(0);
        if first.kind == Kind::End {
            return Err(self.mismatched("<expression>"));
        }
        let mut last = first;
        while !self.at_last() {
            last = self.token(0);
            self.advance();
        }
        self.text(first, last)
    }

    /// Nothing of the statement is left but perhaps a semicolon, or it cannot be read on.
    fn at_last(&self) -> bool {
        let closing = self.at_symbol(";") && self.token(1).kind == Kind::End;
        closing || matches!(self.token(0).kind, Kind::End | Kind::Unterminated)
    }

    /// The text up to a comma outside brackets, or the end.
    pub(crate) fn argument_sql(&mut self) -> Result<SqlText> {
        let first = self.token(0);
        let (mut last, mut depth) = (None, 0_usize);
        loop {
            let token = self.token(0);
            match self.slice(token) {
                _ if self.at_last() => break,
                _ if token.kind != Kind::Symbol => {}
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "," if depth == 0 => break,
                _ => {}
            }
            last = Some(token);
            self.advance();
        }
        match last {
            Some(last) => self.text(first, last),
            None => Err(self.mismatched("<expression>")),
        }
    }

    fn text(&self, first: Token, last: Token) -> Result<SqlText> {
        if self.token(0).kind == Kind::Unterminated {
            return Err(self.unrecognized("statement"));
        }
        let text = self.sql[first.start..last.end].to_owned();
        Ok(SqlText { text, line: first.line, column: first.column })
    }

    /// Nothing may follow but semicolons.
    pub(crate) fn end(&mut self) -> Result<()> {
        let ended = self.at_symbol(";");
        while self.accept_symbol(";") {}
        let token = self.token(0);
        if token.kind == Kind::End {
            return Ok(());
        }
        if ended {
            return Err(self.error(format!("Only one sql statement is allowed. Got: {}", self.sql)));
        }
        let previous = self.at.checked_sub(1).map_or("", |at| self.slice(self.tokens[at]));
        let text = format!("missing EOF at '{}' near '{previous}'", self.slice(token));
        Err(self.hive(&text))
    }

    /// "cannot recognize input near": no rule begins with this token.
    pub(crate) fn unrecognized(&self, place: &str) -> ParseError {
        let shown = |ahead| self.shown(self.token(ahead));
        let (a, b, c) = (shown(0), shown(1), shown(2));
        self.hive(&format!("cannot recognize input near '{a}' '{b}' '{c}' in {place}"))
    }

    /// "mismatched input": exactly one token could stand here.
    fn expecting(&self, expected: &str, place: &str) -> ParseError {
        let found = self.shown(self.token(0));
        let previous = self.at.checked_sub(1).map_or("", |at| self.slice(self.tokens[at]));
        let text =
            format!("mismatched input '{found}' expecting {expected} near '{previous}' in {place}");
        self.hive(&text)
    }

    /// The query engine's refusal, which lists what could stand here.
    pub(crate) fn mismatched(&self, expected: &str) -> ParseError {
        let token = self.token(0);
        self.error(format!(
            "line {}:{}: mismatched input '{}'. Expecting: {expected}",
            token.line,
            token.column,
            self.shown(token)
        ))
    }

    fn hive(&self, text: &str) -> ParseError {
        let token = self.token(0);
        let column = token.column - 1;
        self.error(format!("FAILED: ParseException line {}:{column} {text}", token.line))
    }

    fn error(&self, message: String) -> ParseError {
        let token = self.token(0);
        ParseError { line: token.line, column: token.column, near: self.shown(token), message }
    }

    /// A token for a sentence; a very long literal is cut.
    fn shown(&self, token: Token) -> String {
        const SHOWN_MAX: usize = 200;
        match token.kind {
            Kind::End => "<EOF>".to_owned(),
            _ => self.slice(token).chars().take(SHOWN_MAX).collect(),
        }
    }
}
