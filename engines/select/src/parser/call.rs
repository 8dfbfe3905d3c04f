//! Functions, of which many have a grammar of their own.

use super::Parser;
use crate::ast::{Aggregate, AggregateKind, Expr, Function, Side, Type};
use crate::code::{Code, Result};
use crate::lexer::Token;
use crate::time::Part;
use crate::value::Tree;

impl Parser {
    /// The call that begins with this word, if one does.
    pub(super) fn call(&mut self, word: &str) -> Result<Option<Expr>> {
        let aggregate = match word {
            "count" => Some(AggregateKind::Count),
            "sum" => Some(AggregateKind::Sum),
            "avg" => Some(AggregateKind::Average),
            "min" => Some(AggregateKind::Min),
            "max" => Some(AggregateKind::Max),
            _ => None,
        };
        if let Some(kind) = aggregate {
            return self.aggregate(kind).map(Some);
        }
        Ok(Some(match word {
            "case" => {
                self.at += 1;
                self.case()?
            }
            "cast" => {
                self.at += 1;
                self.cast()?
            }
            "trim" => {
                self.open()?;
                self.trim()?
            }
            "substring" => {
                self.open()?;
                self.substring()?
            }
            "extract" => {
                self.open()?;
                let part = self.part()?;
                self.expect_word("from")?;
                let moment = self.expr()?;
                self.close()?;
                Expr::Call(Function::Extract(part), vec![moment])
            }
            "date_add" | "date_diff" if matches!(self.peek_second(), Token::Symbol("(")) => {
                self.open()?;
                let part = self.part()?;
                if matches!(part, Part::TimezoneHour | Part::TimezoneMinute) {
                    return Err(self.error(Code::ParseExpectedDatePart));
                }
                self.expect_symbol(",", Code::ParseExpectedArgumentDelimiter)?;
                let function = match word {
                    "date_add" => Function::DateAdd(part),
                    _ => Function::DateDiff(part),
                };
                Expr::Call(function, self.arguments(2, 2)?)
            }
            "char_length" | "character_length" => self.plain(Function::CharLength, 1, 1)?,
            "lower" => self.plain(Function::Lower, 1, 1)?,
            "upper" => self.plain(Function::Upper, 1, 1)?,
            "coalesce" => self.plain(Function::Coalesce, 1, usize::MAX)?,
            "nullif" => self.plain(Function::NullIf, 2, 2)?,
            "to_string" if self.is_call() => self.plain(Function::ToString, 2, 2)?,
            "to_timestamp" if self.is_call() => self.plain(Function::ToTimestamp, 1, 1)?,
            "utcnow" if self.is_call() => self.plain(Function::UtcNow, 0, 0)?,
            _ => return Ok(None),
        }))
    }

    /// Whether the word here, which may also be a name, is called.
    fn is_call(&self) -> bool {
        matches!(self.peek_second(), Token::Symbol("("))
    }

    /// Passes a function's name and its parenthesis.
    fn open(&mut self) -> Result<()> {
        self.at += 1;
        self.expect_symbol("(", Code::ParseExpectedLeftParenBuiltinFunctionCall)
    }

    fn close(&mut self) -> Result<()> {
        self.expect_symbol(")", Code::ParseExpectedRightParenBuiltinFunctionCall)
    }

    fn plain(&mut self, function: Function, least: usize, most: usize) -> Result<Expr> {
        self.open()?;
        Ok(Expr::Call(function, self.arguments(least, most)?))
    }

    /// Arguments up to the closing parenthesis.
    fn arguments(&mut self, least: usize, most: usize) -> Result<Vec<Expr>> {
        let mut all = Vec::new();
        if !self.eat_symbol(")") {
            loop {
                all.push(self.expr()?);
                if self.eat_symbol(")") {
                    break;
                }
                self.expect_symbol(",", Code::ParseExpectedArgumentDelimiter)?;
            }
        }
        match (least..=most).contains(&all.len()) {
            true => Ok(all),
            false => Err(self.error(Code::EvaluatorInvalidArguments)),
        }
    }

    fn aggregate(&mut self, kind: AggregateKind) -> Result<Expr> {
        self.open()?;
        // Sums of sums, and sums in conditions, mean nothing.
        let Some(found) = self.aggregates.take() else {
            return Err(self.error(Code::UnsupportedSqlStructure));
        };
        let argument = if self.is_symbol("*") {
            if kind != AggregateKind::Count {
                return Err(self.error(Code::ParseUnsupportedCallWithStar));
            }
            self.at += 1;
            None
        } else if self.is_word("distinct") {
            return Err(self.error(Code::UnsupportedSqlStructure));
        } else if self.is_symbol(")") {
            return Err(self.error(Code::ParseNonUnaryAgregateFunctionCall));
        } else {
            Some(self.expr()?)
        };
        if self.is_symbol(",") {
            return Err(self.error(Code::ParseNonUnaryAgregateFunctionCall));
        }
        self.close()?;
        let found = self.aggregates.insert(found);
        found.push(Aggregate { kind, argument });
        Ok(Expr::Aggregate(found.len() - 1))
    }

    fn part(&mut self) -> Result<Part> {
        let part = match self.peek() {
            Token::Word(word) => Part::parse(word),
            _ => None,
        };
        let part = part.ok_or_else(|| self.error(Code::ParseExpectedDatePart))?;
        self.at += 1;
        Ok(part)
    }

    fn case(&mut self) -> Result<Expr> {
        let subject = match self.is_word("when") {
            true => None,
            false => Some(self.expr()?),
        };
        let mut whens = Vec::new();
        while self.eat_word("when") {
            let condition = self.expr()?;
            self.expect_word("then")?;
            let result = self.expr()?;
            whens.push((condition, result));
        }
        if whens.is_empty() {
            return Err(self.error(Code::ParseExpectedWhenClause));
        }
        let otherwise = match self.eat_word("else") {
            true => self.expr()?,
            false => Expr::Literal(Tree::Null),
        };
        self.expect_word("end")?;
        Ok(Expr::Case(subject.map(Box::new), whens, Box::new(otherwise)))
    }

    fn cast(&mut self) -> Result<Expr> {
        self.expect_symbol("(", Code::ParseExpectedLeftParenAfterCast)?;
        let value = self.expr()?;
        self.expect_word("as")?;
        let kind = self.type_name()?;
        self.close()?;
        Ok(Expr::Cast(Box::new(value), kind))
    }

    fn type_name(&mut self) -> Result<Type> {
        let Token::Word(word) = self.peek().clone() else {
            return Err(self.error(Code::ParseExpectedTypeName));
        };
        let kind = match word.to_ascii_lowercase().as_str() {
            "bool" | "boolean" => Type::Bool,
            "int" | "integer" | "smallint" => Type::Int,
            "float" | "real" | "double" => Type::Float,
            "decimal" | "numeric" | "dec" => Type::Decimal,
            "string" | "varchar" | "char" | "character" | "symbol" => Type::Text,
            "timestamp" => Type::Time,
            "blob" | "clob" | "list" | "bag" | "struct" | "tuple" | "sexp" | "missing" | "null"
            | "date" | "time" => return Err(self.error(Code::InvalidDataType)),
            _ => return Err(self.error(Code::ParseExpectedTypeName)),
        };
        self.at += 1;
        if word.eq_ignore_ascii_case("double") {
            self.eat_word("precision");
        }
        if word.eq_ignore_ascii_case("character") {
            self.eat_word("varying");
        }
        // Length, precision and scale are read and say nothing.
        if self.eat_symbol("(") {
            loop {
                if !matches!(self.next(), Token::Number(text) if text.parse::<u32>().is_ok()) {
                    return Err(self.error(Code::ParseInvalidTypeParam));
                }
                if !self.eat_symbol(",") {
                    break;
                }
            }
            self.close()?;
        }
        Ok(kind)
    }

    /// `TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text)`.
    fn trim(&mut self) -> Result<Expr> {
        let sides =
            [("leading", Side::Leading), ("trailing", Side::Trailing), ("both", Side::Both)];
        let side = sides.into_iter().find(|(word, _)| self.eat_word(word)).map(|(_, side)| side);
        let mut arguments = Vec::new();
        if side.is_some() && self.eat_word("from") {
            arguments.push(self.expr()?);
        } else {
            let first = self.expr()?;
            if self.eat_word("from") {
                arguments = vec![self.expr()?, first];
            } else {
                arguments.push(first);
            }
        }
        self.close()?;
        Ok(Expr::Call(Function::Trim(side.unwrap_or(Side::Both)), arguments))
    }

    /// `SUBSTRING(text FROM start [FOR length])`, or with commas.
    fn substring(&mut self) -> Result<Expr> {
        let mut arguments = vec![self.expr()?];
        if self.eat_word("from") {
            arguments.push(self.expr()?);
            if self.eat_word("for") {
                arguments.push(self.expr()?);
            }
            self.close()?;
        } else {
            self.expect_symbol(",", Code::ParseExpectedArgumentDelimiter)?;
            arguments.extend(self.arguments(1, 2)?);
        }
        Ok(Expr::Call(Function::Substring, arguments))
    }
}
