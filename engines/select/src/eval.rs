//! Expressions, for one record.

use std::cmp::Ordering;

use crate::ast::{Comparison, Expr, Name, Operator, PathStep};
use crate::code::{Code, Error, Result};
use crate::compare::compare;
use crate::convert::cast;
use crate::functions;
use crate::like::is_like;
use crate::read::Row;
use crate::time::Time;
use crate::value::{Number, Tree, Value};

/// What expressions see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub row: Row<'a>,
    /// What the aggregates came to, once they did.
    pub sums: &'a [Tree],
    /// `UTCNOW()`.
    pub now: Time,
}

impl<'a> Scope<'a> {
    pub fn eval(&self, expr: &'a Expr) -> Result<Value<'a>> {
        Ok(match expr {
            Expr::Literal(tree) => tree.value(),
            Expr::Aggregate(index) => self.sums.get(*index).map_or(Value::Missing, Tree::value),
            // Bound before anything is evaluated.
            Expr::Path(_) => Value::Missing,
            Expr::Record(steps) => match self.row {
                Row::Tree(tree) => follow(tree, steps)?.value(),
                Row::Columns(_) | Row::Fields(_) => Value::Missing,
            },
            Expr::Column(index, steps) => match self.row {
                Row::Fields(fields) if steps.is_empty() => {
                    fields.get(*index).map_or(Value::Missing, Value::Field)
                }
                Row::Columns(columns) => match columns.get(*index) {
                    Some(tree) => follow(tree, steps)?.value(),
                    None => Value::Missing,
                },
                Row::Fields(_) | Row::Tree(_) => Value::Missing,
            },
            Expr::Not(inner) => truth(self.truth(inner)?.map(|value| !value)),
            Expr::Negate(inner) => match self.eval(inner)? {
                value if value.is_unknown() => value,
                value => arithmetic(Operator::Subtract, &Value::Int(0), &value)?,
            },
            Expr::And(all) => truth(self.all(all, true)?),
            Expr::Or(all) => truth(self.all(all, false)?),
            Expr::Compare(comparison, two) => {
                truth(holds(*comparison, &self.eval(&two.0)?, &self.eval(&two.1)?))
            }
            Expr::Binary(operator, two) => {
                let (left, right) = (self.eval(&two.0)?, self.eval(&two.1)?);
                match (&left, &right) {
                    (Value::Missing, _) | (_, Value::Missing) => Value::Missing,
                    (Value::Null, _) | (_, Value::Null) => Value::Null,
                    _ => arithmetic(*operator, &left, &right)?,
                }
            }
            Expr::Between(three) => {
                let value = self.eval(&three.0)?;
                let low = holds(Comparison::GreaterOrEqual, &value, &self.eval(&three.1)?);
                let high = holds(Comparison::LessOrEqual, &value, &self.eval(&three.2)?);
                truth(match (low, high) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                })
            }
            Expr::In(value, all) => truth(self.is_in(value, all)?),
            Expr::Like(parts) => self.like(parts)?,
            Expr::IsNull(inner) => Value::Bool(self.eval(inner)?.is_unknown()),
            Expr::IsMissing(inner) => Value::Bool(matches!(self.eval(inner)?, Value::Missing)),
            Expr::Case(subject, whens, otherwise) => {
                let subject = subject.as_deref().map(|subject| self.eval(subject)).transpose()?;
                for (condition, result) in whens {
                    let chosen = match &subject {
                        None => self.truth(condition)?,
                        Some(value) => holds(Comparison::Equal, value, &self.eval(condition)?),
                    };
                    if chosen == Some(true) {
                        return self.eval(result);
                    }
                }
                self.eval(otherwise)?
            }
            Expr::Cast(inner, to) => cast(self.eval(inner)?, *to)?,
            Expr::Call(function, arguments) => functions::call(self, *function, arguments)?,
        })
    }

    /// Whether a condition holds; `None` when that is not known.
    pub fn truth(&self, expr: &'a Expr) -> Result<Option<bool>> {
        let value = self.eval(expr)?;
        match value.as_bool() {
            Some(truth) => Ok(Some(truth)),
            None if value.is_unknown() => Ok(None),
            None => Err(Code::IncorrectSqlFunctionArgumentType.into()),
        }
    }

    /// All of them (or not none of them), as far as is known.
    fn all(&self, all: &'a [Expr], neutral: bool) -> Result<Option<bool>> {
        let mut known = true;
        for one in all {
            match self.truth(one)? {
                Some(truth) if truth != neutral => return Ok(Some(truth)),
                Some(_) => {}
                None => known = false,
            }
        }
        Ok(known.then_some(neutral))
    }

    fn is_in(&self, value: &'a Expr, all: &'a [Expr]) -> Result<Option<bool>> {
        let value = self.eval(value)?;
        let mut known = !value.is_unknown();
        for one in all {
            let other = self.eval(one)?;
            if let (Value::Nested(Tree::List(elements)), false) =
                (&other, matches!(value, Value::Nested(_)))
            {
                let equal = |element: &Tree| holds(Comparison::Equal, &value, &element.value());
                if elements.iter().any(|element| equal(element) == Some(true)) {
                    return Ok(Some(true));
                }
                continue;
            }
            match holds(Comparison::Equal, &value, &other) {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => known = false,
            }
        }
        Ok(known.then_some(false))
    }

    fn like(&self, parts: &'a (Expr, Expr, Option<Expr>)) -> Result<Value<'a>> {
        let (value, pattern) = (self.eval(&parts.0)?, self.eval(&parts.1)?);
        let escape = parts.2.as_ref().map(|escape| self.eval(escape)).transpose()?;
        let unknown = |value: &Value<'_>| value.is_unknown();
        if unknown(&value) || unknown(&pattern) || escape.as_ref().is_some_and(unknown) {
            return Ok(Value::Null);
        }
        let invalid = || Error::from(Code::LikeInvalidInputs);
        let text = value.as_str().ok_or_else(invalid)?;
        let pattern = pattern.as_str().ok_or_else(invalid)?;
        let escape = match &escape {
            Some(escape) => Some(escape.as_str().ok_or_else(invalid)?),
            None => None,
        };
        Ok(Value::Bool(is_like(text, pattern, escape)?))
    }
}

fn truth(value: Option<bool>) -> Value<'static> {
    value.map_or(Value::Null, Value::Bool)
}

/// Whether two values compare so. Values of kinds that do not compare are unequal, and neither
/// greater nor less.
pub(crate) fn holds(comparison: Comparison, left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    if left.is_unknown() || right.is_unknown() {
        return None;
    }
    let order = compare(left, right);
    match comparison {
        Comparison::Equal => Some(order == Some(Ordering::Equal)),
        Comparison::NotEqual => Some(order != Some(Ordering::Equal)),
        Comparison::Less => order.map(Ordering::is_lt),
        Comparison::LessOrEqual => order.map(Ordering::is_le),
        Comparison::Greater => order.map(Ordering::is_gt),
        Comparison::GreaterOrEqual => order.map(Ordering::is_ge),
    }
}

static MISSING: Tree = Tree::Missing;

/// The value some steps into another.
pub(crate) fn follow<'a>(mut tree: &'a Tree, steps: &[PathStep]) -> Result<&'a Tree> {
    for step in steps {
        tree = match (step, tree) {
            (PathStep::Member(name), Tree::Struct(members)) => member(members, name)?,
            (PathStep::Element(index), Tree::List(elements)) => {
                elements.get(*index).unwrap_or(&MISSING)
            }
            _ => &MISSING,
        };
    }
    Ok(tree)
}

/// The member a name means. A name that ignores case must mean one only.
fn member<'a>(members: &'a [(String, Tree)], name: &Name) -> Result<&'a Tree> {
    let mut found = members.iter().filter(|(key, _)| name.is(key));
    let Some((key, value)) = found.next() else { return Ok(&MISSING) };
    match found.next() {
        // The same name twice: the first is taken.
        Some((other, _)) if other != key => Err(Code::AmbiguousFieldName.into()),
        _ => Ok(value),
    }
}

/// Adds, divides and so on; neither side is unknown.
pub(crate) fn arithmetic<'a>(
    operator: Operator,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Result<Value<'a>> {
    let wrong = || Error::from(Code::IncorrectSqlFunctionArgumentType);
    if operator == Operator::Concatenate {
        let (left, right) = left.as_str().zip(right.as_str()).ok_or_else(wrong)?;
        let text = format!("{left}{right}");
        return functions::bounded(text).map(Value::text);
    }
    let (left, right) = left.as_number().zip(right.as_number()).ok_or_else(wrong)?;
    calculate(operator, left, right).map(Number::value)
}

/// Calculates in the wider of two kinds.
pub(crate) fn calculate(operator: Operator, left: Number, right: Number) -> Result<Number> {
    let divides = matches!(operator, Operator::Divide | Operator::Remainder);
    let zero = match right {
        Number::Int(value) => value == 0,
        Number::Decimal(value) => value.is_zero(),
        Number::Float(value) => value == 0.0,
    };
    if divides && zero {
        return Err(Error::new(Code::ExternalEvalException, "A number is divided by zero."));
    }
    let decimal = |number| match number {
        Number::Int(value) => Some(value.into()),
        Number::Decimal(value) => Some(value),
        Number::Float(_) => None,
    };
    let result = match (left, right) {
        (Number::Int(left), Number::Int(right)) => match operator {
            Operator::Add => left.checked_add(right),
            Operator::Subtract => left.checked_sub(right),
            Operator::Multiply => left.checked_mul(right),
            Operator::Divide => left.checked_div(right),
            Operator::Remainder | Operator::Concatenate => left.checked_rem(right),
        }
        .map(Number::Int),
        _ => match decimal(left).zip(decimal(right)) {
            Some((left, right)) => match operator {
                Operator::Add => left.add(right),
                Operator::Subtract => left.subtract(right),
                Operator::Multiply => left.multiply(right),
                Operator::Divide => left.divide(right),
                Operator::Remainder | Operator::Concatenate => left.remainder(right),
            }
            .map(Number::Decimal),
            None => {
                let (left, right) = (left.to_f64(), right.to_f64());
                let value = match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                    Operator::Remainder | Operator::Concatenate => left % right,
                };
                Some(Number::Float(value)).filter(|_| value.is_finite())
            }
        },
    };
    result.ok_or_else(|| Code::IntegerOverflow.into())
}
