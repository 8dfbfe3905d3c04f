//! Expressions, from what binds least to what binds most.

use super::{DEPTH_MAX, OPERATORS_MAX, Parser, keywords};
use crate::ast::{Comparison, Expr, Operator, PathStep};
use crate::code::{Code, Error, Result};
use crate::lexer::Token;
use crate::time::Time;
use crate::value::{Tree, parse_bool};

impl Parser {
    pub(super) fn expr(&mut self) -> Result<Expr> {
        self.nested(Self::or)
    }

    /// Goes a level deeper.
    fn nested(&mut self, parse: fn(&mut Self) -> Result<Expr>) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Code::MaxOperatorsExceeded.into());
        }
        let expr = parse(self);
        self.depth -= 1;
        expr
    }

    /// Counts an operator that makes its expression one level deeper.
    fn operator(&mut self) -> Result<()> {
        self.operators += 1;
        match self.operators > OPERATORS_MAX {
            true => Err(Code::MaxOperatorsExceeded.into()),
            false => Ok(()),
        }
    }

    fn or(&mut self) -> Result<Expr> {
        let first = self.and()?;
        if !self.is_word("or") {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.eat_word("or") {
            all.push(self.and()?);
        }
        Ok(Expr::Or(all))
    }

    fn and(&mut self) -> Result<Expr> {
        let first = self.not()?;
        if !self.is_word("and") {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.eat_word("and") {
            all.push(self.not()?);
        }
        Ok(Expr::And(all))
    }

    fn not(&mut self) -> Result<Expr> {
        if self.eat_word("not") {
            return Ok(Expr::Not(Box::new(self.nested(Self::not)?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr> {
        let mut left = self.concatenation()?;
        loop {
            let comparison = match self.peek() {
                Token::Symbol("=") => Some(Comparison::Equal),
                Token::Symbol("<>" | "!=") => Some(Comparison::NotEqual),
                Token::Symbol("<") => Some(Comparison::Less),
                Token::Symbol("<=") => Some(Comparison::LessOrEqual),
                Token::Symbol(">") => Some(Comparison::Greater),
                Token::Symbol(">=") => Some(Comparison::GreaterOrEqual),
                _ => None,
            };
            if let Some(comparison) = comparison {
                self.at += 1;
                self.operator()?;
                let right = self.concatenation()?;
                left = Expr::Compare(comparison, Box::new((left, right)));
                continue;
            }
            if self.eat_word("is") {
                self.operator()?;
                left = self.is_test(left)?;
                continue;
            }
            let negated = self.is_word("not")
                && matches!(self.peek_second(), Token::Word(word)
                    if ["in", "like", "between"].iter().any(|k| word.eq_ignore_ascii_case(k)));
            if negated {
                self.at += 1;
            }
            if !["in", "like", "between"].iter().any(|keyword| self.is_word(keyword)) {
                return Ok(left);
            }
            self.operator()?;
            let test = self.membership(left)?;
            left = if negated { Expr::Not(Box::new(test)) } else { test };
        }
    }

    fn is_test(&mut self, value: Expr) -> Result<Expr> {
        let negated = self.eat_word("not");
        let test = if self.eat_word("null") {
            Expr::IsNull(Box::new(value))
        } else if self.eat_word("missing") {
            Expr::IsMissing(Box::new(value))
        } else {
            return Err(self.error(Code::ParseUnsupportedSyntax));
        };
        Ok(if negated { Expr::Not(Box::new(test)) } else { test })
    }

    /// `IN`, `LIKE` or `BETWEEN`, of which one is next.
    fn membership(&mut self, left: Expr) -> Result<Expr> {
        if self.eat_word("between") {
            let low = self.concatenation()?;
            self.expect_word("and")?;
            let high = self.concatenation()?;
            return Ok(Expr::Between(Box::new((left, low, high))));
        }
        if self.eat_word("like") {
            let pattern = self.concatenation()?;
            let escape = match self.eat_word("escape") {
                true => Some(self.concatenation()?),
                false => None,
            };
            return Ok(Expr::Like(Box::new((left, pattern, escape))));
        }
        self.expect_word("in")?;
        let left = Box::new(left);
        let end = match self.peek() {
            Token::Symbol("(") => ")",
            Token::Symbol("[") => "]",
            Token::Word(_) | Token::Quoted(_) => {
                return Ok(Expr::In(left, vec![self.concatenation()?]));
            }
            _ => return Err(self.error(Code::ParseExpectedLeftParenValueConstructor)),
        };
        self.at += 1;
        let mut all = Vec::new();
        loop {
            all.push(self.expr()?);
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.expect_symbol(end, Code::ParseExpectedArgumentDelimiter)?;
        Ok(Expr::In(left, all))
    }

    fn concatenation(&mut self) -> Result<Expr> {
        self.binaries(&[("||", Operator::Concatenate)], Self::sum)
    }

    fn sum(&mut self) -> Result<Expr> {
        self.binaries(&[("+", Operator::Add), ("-", Operator::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Expr> {
        let operators =
            [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)];
        self.binaries(&operators, Self::unary)
    }

    fn binaries(
        &mut self,
        operators: &[(&str, Operator)],
        operand: fn(&mut Self) -> Result<Expr>,
    ) -> Result<Expr> {
        let mut left = operand(self)?;
        while let Some((_, operator)) = operators.iter().find(|(text, _)| self.is_symbol(text)) {
            self.at += 1;
            self.operator()?;
            let right = operand(self)?;
            left = Expr::Binary(*operator, Box::new((left, right)));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr> {
        if self.eat_symbol("-") {
            return Ok(match self.nested(Self::unary)? {
                Expr::Literal(Tree::Int(value)) => Expr::Literal(Tree::Int(-value)),
                // Of the least integer only the absolute value does not fit.
                Expr::Literal(Tree::Decimal(value)) => Tree::number(&value.negate().to_string())
                    .map_or_else(|| Expr::Literal(Tree::Decimal(value.negate())), Expr::Literal),
                inner => Expr::Negate(Box::new(inner)),
            });
        }
        if self.eat_symbol("+") {
            return self.nested(Self::unary);
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expr> {
        match self.peek().clone() {
            Token::Number(text) => {
                let number = Tree::number(&text).ok_or(Code::NumberFormatError)?;
                self.at += 1;
                Ok(Expr::Literal(number))
            }
            Token::Text(text) => {
                self.at += 1;
                Ok(Expr::Literal(Tree::Text(text)))
            }
            Token::Ion(text) => {
                let literal = ion(&text).ok_or_else(|| self.error(Code::LexerInvalidIONLiteral))?;
                self.at += 1;
                Ok(Expr::Literal(literal))
            }
            Token::Symbol("(") => {
                self.at += 1;
                if self.is_word("select") {
                    return Err(self.error(Code::ParseUnsupportedSelect));
                }
                let inner = self.expr()?;
                self.expect_symbol(")", Code::ParseExpectedTokenType)?;
                Ok(inner)
            }
            Token::Quoted(_) => self.path(),
            Token::Word(word) => self.word(&word),
            Token::End => Err(self.error(Code::ParseExpectedExpression)),
            Token::Symbol(_) => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &str) -> Result<Expr> {
        let lower = word.to_ascii_lowercase();
        let literal = match lower.as_str() {
            "null" => Some(Tree::Null),
            "missing" => Some(Tree::Missing),
            "true" | "false" => parse_bool(&lower).map(Tree::Bool),
            _ => None,
        };
        if let Some(literal) = literal {
            self.at += 1;
            return Ok(Expr::Literal(literal));
        }
        if let Some(call) = self.call(&lower)? {
            return Ok(call);
        }
        if matches!(self.peek_second(), Token::Symbol("(")) {
            return Err(self.error(Code::UnsupportedFunction));
        }
        if lower == "select" {
            return Err(self.error(Code::ParseUnsupportedSelect));
        }
        if keywords::is_reserved(word) {
            return Err(self.error(Code::ParseUnExpectedKeyword));
        }
        self.path()
    }

    /// A name and the steps from it.
    fn path(&mut self) -> Result<Expr> {
        let name = self.name().ok_or_else(|| self.error(Code::ParseExpectedExpression))?;
        let mut steps = vec![PathStep::Member(name)];
        steps.extend(self.path_steps()?);
        let last = steps.len() - 1;
        for (at, step) in steps.iter().enumerate() {
            let wild = match step {
                PathStep::Elements => true,
                PathStep::Members => at < last,
                _ => false,
            };
            if wild {
                return Err(self.error(Code::ParseInvalidContextForWildcardInSelectList));
            }
        }
        Ok(Expr::Path(steps))
    }

    /// `.name`, `['name']`, `[0]`, `[*]`, `.*`.
    pub(super) fn path_steps(&mut self) -> Result<Vec<PathStep>> {
        let mut steps = Vec::new();
        loop {
            let step = if self.eat_symbol(".") {
                if self.eat_symbol("*") {
                    PathStep::Members
                } else {
                    let reserved =
                        matches!(self.peek(), Token::Word(word) if keywords::is_reserved(word));
                    match self.name() {
                        Some(name) if !reserved => PathStep::Member(name),
                        _ => return Err(self.error(Code::ParseInvalidPathComponent)),
                    }
                }
            } else if self.eat_symbol("[") {
                let step = match self.next() {
                    Token::Symbol("*") => PathStep::Elements,
                    Token::Number(text) => PathStep::Element(
                        text.parse().map_err(|_| self.error(Code::ParseInvalidPathComponent))?,
                    ),
                    Token::Text(text) => PathStep::Member(crate::ast::Name { text, exact: true }),
                    _ => return Err(self.error(Code::ParseInvalidPathComponent)),
                };
                self.expect_symbol("]", Code::ParseInvalidPathComponent)?;
                step
            } else {
                return Ok(steps);
            };
            if steps.len() == DEPTH_MAX {
                return Err(Error::from(Code::MaxOperatorsExceeded));
            }
            steps.push(step);
        }
    }
}

/// The constants that backticks hold: moments, numbers, strings, truth values, null.
fn ion(text: &str) -> Option<Tree> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("null") {
        return Some(Tree::Null);
    }
    if let Some(value) = parse_bool(text) {
        return Some(Tree::Bool(value));
    }
    if let Some(number) = Tree::number(text) {
        return Some(number);
    }
    if let Some(time) = Time::parse(text) {
        return Some(Tree::Time(time));
    }
    if text.starts_with('"') {
        return serde_json::from_str(text).ok().map(Tree::Text);
    }
    let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    quoted.filter(|inner| !inner.contains(['\'', '\\'])).map(|inner| Tree::Text(inner.to_owned()))
}
