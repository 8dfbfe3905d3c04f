//! Sums over records.

use std::cmp::Ordering;

use crate::ast::{AggregateKind, Operator};
use crate::code::{Code, Error, Result};
use crate::compare::compare;
use crate::eval::calculate;
use crate::value::{Number, Tree, Value};

/// A sum that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    kind: AggregateKind,
    count: i64,
    total: Option<Number>,
    /// The least or greatest so far.
    extreme: Option<Tree>,
}

impl Sum {
    pub fn new(kind: AggregateKind) -> Self {
        Self { kind, count: 0, total: None, extreme: None }
    }

    /// Counts a record.
    pub fn count(&mut self) {
        self.count += 1;
    }

    /// Adds a record's value; one that is unknown is passed over.
    pub fn add(&mut self, value: &Value<'_>) -> Result<()> {
        if value.is_unknown() {
            return Ok(());
        }
        self.count += 1;
        let wrong = || Error::from(Code::IncorrectSqlFunctionArgumentType);
        match self.kind {
            AggregateKind::Count => {}
            AggregateKind::Sum | AggregateKind::Average => {
                let number = value.as_number().ok_or_else(wrong)?;
                self.total = Some(match self.total {
                    None => number,
                    Some(total) => calculate(Operator::Add, total, number)?,
                });
            }
            AggregateKind::Min | AggregateKind::Max => {
                let new = match (value.as_number(), value) {
                    (Some(Number::Int(value)), _) => Tree::Int(value),
                    (Some(Number::Decimal(value)), _) => Tree::Decimal(value),
                    (Some(Number::Float(value)), _) => Tree::Float(value),
                    (None, Value::Time(time)) => Tree::Time(*time),
                    (None, Value::Text(text)) => Tree::Text(text.clone().into_owned()),
                    _ => return Err(wrong()),
                };
                let wanted = match self.kind {
                    AggregateKind::Min => Ordering::Less,
                    _ => Ordering::Greater,
                };
                let better = match &self.extreme {
                    None => true,
                    Some(old) => compare(&new.value(), &old.value()).ok_or_else(wrong)? == wanted,
                };
                if better {
                    self.extreme = Some(new);
                }
            }
        }
        Ok(())
    }

    /// What it comes to.
    pub fn finish(&self) -> Result<Tree> {
        let number = |number| match number {
            Number::Int(value) => Tree::Int(value),
            Number::Decimal(value) => Tree::Decimal(value),
            Number::Float(value) => Tree::Float(value),
        };
        Ok(match self.kind {
            AggregateKind::Count => Tree::Int(self.count),
            AggregateKind::Sum => self.total.map_or(Tree::Null, number),
            AggregateKind::Average => match self.total {
                None => Tree::Null,
                Some(total) => {
                    // The average of integers is a decimal.
                    let total = match total {
                        Number::Int(total) => Number::Decimal(total.into()),
                        total => total,
                    };
                    number(calculate(Operator::Divide, total, Number::Int(self.count))?)
                }
            },
            AggregateKind::Min | AggregateKind::Max => self.extreme.clone().unwrap_or(Tree::Null),
        })
    }
}
