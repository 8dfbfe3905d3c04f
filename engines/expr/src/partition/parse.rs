//! From tokens to a tree, by recursive descent of bounded depth.

use super::lex::{ParseError, Token, tokens};
use super::{CompareOp, EXPRESSION_LEN_MAX, Expr, Operand, PartitionExpr};

/// Parentheses and `NOT` may nest this deep.
const DEPTH_MAX: usize = 64;

type Result<T> = std::result::Result<T, ParseError>;

impl PartitionExpr {
    /// Parses a filter.
    pub fn parse(text: &str) -> Result<PartitionExpr> {
        if text.len() > EXPRESSION_LEN_MAX {
            let message = format!("longer than {EXPRESSION_LEN_MAX} bytes");
            return Err(ParseError::new(EXPRESSION_LEN_MAX, message));
        }
        let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
        let expr = parser.disjunction()?;
        match parser.peek() {
            Token::End => Ok(PartitionExpr(expr)),
            _ => Err(parser.unexpected("AND, OR or the end")),
        }
    }
}

/// Words that are never column names unless quoted.
pub(crate) fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 11] =
        ["AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ESCAPE", "IS", "NULL", "TRUE", "FALSE"];
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn disjunction(&mut self) -> Result<Expr> {
        self.chain("OR", Self::conjunction, Expr::Or)
    }

    fn conjunction(&mut self) -> Result<Expr> {
        self.chain("AND", Self::negation, Expr::And)
    }

    /// One or more of a kind joined by a keyword, kept flat so that long chains do not nest.
    fn chain(
        &mut self,
        keyword: &str,
        part: fn(&mut Self) -> Result<Expr>,
        join: fn(Vec<Expr>) -> Expr,
    ) -> Result<Expr> {
        let first = part(self)?;
        if !self.at_keyword(keyword) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_keyword(keyword) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn negation(&mut self) -> Result<Expr> {
        let negated = self.at_keyword("NOT");
        if !negated && *self.peek() != Token::Symbol("(") {
            return self.predicate();
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ParseError::new(self.position(), "nested too deeply"));
        }
        self.at += 1;
        let expr = if negated {
            Expr::Not(Box::new(self.negation()?))
        } else {
            let inner = self.disjunction()?;
            self.expect(")")?;
            inner
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn predicate(&mut self) -> Result<Expr> {
        let operand = self.operand()?;
        if let Some(op) = self.take_compare() {
            return Ok(Expr::Compare { left: operand, op, right: self.operand()? });
        }
        if self.take_keyword("IS") {
            let negated = self.take_keyword("NOT");
            if self.take_keyword("NULL") {
                return Ok(Expr::IsNull { operand, negated });
            }
            return Err(self.unexpected("NULL"));
        }
        let negated = self.take_keyword("NOT");
        if self.take_keyword("IN") {
            return Ok(Expr::In { operand, negated, list: self.list()? });
        }
        if self.take_keyword("BETWEEN") {
            let low = self.operand()?;
            if !self.take_keyword("AND") {
                return Err(self.unexpected("AND"));
            }
            return Ok(Expr::Between { operand, negated, low, high: self.operand()? });
        }
        if self.take_keyword("LIKE") {
            let pattern = self.text("a pattern")?;
            let escape = if self.take_keyword("ESCAPE") { Some(self.escape()?) } else { None };
            return Ok(Expr::Like { operand, negated, pattern, escape });
        }
        Err(self.unexpected("a comparison"))
    }

    fn operand(&mut self) -> Result<Operand> {
        let operand = match self.peek().clone() {
            Token::Name(name) if !name.is_empty() => Operand::Column(name),
            Token::Text(text) => Operand::Text(text),
            Token::Number(text) => Operand::Bare(text),
            Token::Symbol("-") => match self.tokens.get(self.at + 1) {
                Some((_, Token::Number(text))) => {
                    let negative = Operand::Bare(format!("-{text}"));
                    self.at += 1;
                    negative
                }
                _ => return Err(self.unexpected("a number")),
            },
            Token::Word(word) => {
                let upper = word.to_ascii_uppercase();
                let next = self.tokens.get(self.at + 1).map(|(_, token)| token.clone());
                match (upper.as_str(), next) {
                    ("TRUE" | "FALSE", _) => Operand::Bare(upper),
                    ("DATE" | "TIMESTAMP", Some(Token::Text(text))) => {
                        self.at += 1;
                        Operand::Text(text)
                    }
                    _ if is_reserved(&word) => {
                        return Err(self.unexpected("a column or a value"));
                    }
                    _ => Operand::Column(word),
                }
            }
            _ => return Err(self.unexpected("a column or a value")),
        };
        self.at += 1;
        Ok(operand)
    }

    fn list(&mut self) -> Result<Vec<Operand>> {
        self.expect("(")?;
        let mut list = vec![self.operand()?];
        while *self.peek() == Token::Symbol(",") {
            self.at += 1;
            list.push(self.operand()?);
        }
        self.expect(")")?;
        Ok(list)
    }

    fn text(&mut self, what: &str) -> Result<String> {
        match self.peek() {
            Token::Text(text) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn escape(&mut self) -> Result<char> {
        let position = self.position();
        let text = self.text("an escape character")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(ParseError::new(position, "the escape must be one character")),
        }
    }

    fn take_compare(&mut self) -> Option<CompareOp> {
        let Token::Symbol(symbol) = self.peek() else { return None };
        let op = match *symbol {
            "=" => CompareOp::Equal,
            "<>" => CompareOp::NotEqual,
            "<" => CompareOp::Less,
            "<=" => CompareOp::LessOrEqual,
            ">" => CompareOp::Greater,
            ">=" => CompareOp::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(op)
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<()> {
        if *self.peek() != Token::Symbol(symbol) {
            return Err(self.unexpected(&format!("'{symbol}'")));
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    fn position(&self) -> usize {
        let last = self.tokens.last();
        self.tokens.get(self.at).or(last).map_or(0, |(position, _)| *position)
    }

    fn unexpected(&self, wanted: &str) -> ParseError {
        let message = format!("expected {wanted}, found {}", self.peek().describe());
        ParseError::new(self.position(), message)
    }
}
