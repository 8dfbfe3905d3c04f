//! Functions of values.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-sql-functions.html>

use std::borrow::Cow;

use crate::RECORD_MAX;
use crate::ast::{Comparison, Expr, Function, Side};
use crate::code::{Code, Error, Result};
use crate::eval::{Scope, holds};
use crate::pattern;
use crate::time::Time;
use crate::value::{Number, Value};

pub(crate) fn call<'a>(
    scope: &Scope<'a>,
    function: Function,
    arguments: &'a [Expr],
) -> Result<Value<'a>> {
    match function {
        Function::Coalesce => {
            for argument in arguments {
                let value = scope.eval(argument)?;
                if !value.is_unknown() {
                    return Ok(value);
                }
            }
            return Ok(Value::Null);
        }
        Function::UtcNow => return Ok(Value::Time(scope.now)),
        _ => {}
    }
    let values = arguments.iter().map(|one| scope.eval(one)).collect::<Result<Vec<_>>>()?;
    if let (Function::NullIf, [first, second]) = (function, values.as_slice()) {
        let equal = holds(Comparison::Equal, first, second) == Some(true);
        let null = equal || first.is_unknown();
        return Ok(if null { Value::Null } else { first.clone() });
    }
    if values.iter().any(|value| matches!(value, Value::Missing)) {
        return Ok(Value::Missing);
    }
    if values.iter().any(Value::is_unknown) {
        return Ok(Value::Null);
    }
    apply(function, &values)
}

/// A function none of whose arguments is unknown.
fn apply<'a>(function: Function, values: &[Value<'a>]) -> Result<Value<'a>> {
    let wrong = || Error::from(Code::IncorrectSqlFunctionArgumentType);
    let text = |index: usize| values.get(index).and_then(Value::as_str).ok_or_else(wrong);
    let time = |index: usize| values.get(index).and_then(Value::as_time).ok_or_else(wrong);
    let int = |index: usize| match values.get(index).and_then(Value::as_number) {
        Some(Number::Int(value)) => Ok(value),
        Some(Number::Decimal(value)) => value.to_i64().ok_or_else(wrong),
        _ => Err(wrong()),
    };
    Ok(match function {
        Function::CharLength => {
            Value::Int(i64::try_from(text(0)?.chars().count()).unwrap_or(i64::MAX))
        }
        Function::Lower => Value::text(text(0)?.to_lowercase()),
        Function::Upper => Value::text(text(0)?.to_uppercase()),
        Function::Trim(side) => {
            let characters = match values.len() {
                2 => text(1)?,
                _ => " ",
            };
            trim(side, &values[0], characters).ok_or_else(wrong)?
        }
        Function::Substring => {
            let length = match values.len() {
                3 => Some(int(2)?),
                _ => None,
            };
            if length.is_some_and(i64::is_negative) {
                return Err(Code::EvaluatorInvalidArguments.into());
            }
            Value::text(substring(text(0)?, int(1)?, length))
        }
        Function::ToString => Value::text(bounded(pattern::write(&time(0)?, text(1)?)?)?),
        Function::ToTimestamp => {
            let time = Time::parse(text(0)?.trim());
            Value::Time(time.ok_or_else(|| Error::from(Code::ValueParseFailure))?)
        }
        Function::Extract(part) => Value::Int(time(0)?.part(part)),
        Function::DateAdd(part) => {
            let moved = time(1)?.add(part, int(0)?);
            Value::Time(moved.ok_or_else(|| Error::from(Code::IntegerOverflow))?)
        }
        Function::DateDiff(part) => Value::Int(time(0)?.until(&time(1)?, part).ok_or_else(wrong)?),
        // Done before.
        Function::Coalesce | Function::NullIf | Function::UtcNow => Value::Null,
    })
}

fn trim<'a>(side: Side, value: &Value<'a>, characters: &str) -> Option<Value<'a>> {
    let inside = |c: char| characters.contains(c);
    fn cut(text: &str, side: Side, inside: impl Fn(char) -> bool) -> &str {
        let text = match side {
            Side::Leading | Side::Both => text.trim_start_matches(&inside),
            Side::Trailing => text,
        };
        match side {
            Side::Trailing | Side::Both => text.trim_end_matches(&inside),
            Side::Leading => text,
        }
    }
    Some(match value {
        Value::Field(text) => Value::text(cut(text, side, inside)),
        Value::Text(Cow::Borrowed(text)) => Value::text(cut(text, side, inside)),
        Value::Text(Cow::Owned(text)) => Value::text(cut(text, side, inside).to_owned()),
        _ => return None,
    })
}

/// Positions count from 1; those before it take from the length.
fn substring(text: &str, start: i64, length: Option<i64>) -> String {
    let skip = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
    let rest = text.chars().skip(skip);
    match length {
        None => rest.collect(),
        Some(length) => {
            let cut = if start < 1 { start.saturating_sub(1) } else { 0 };
            let count = usize::try_from(length.saturating_add(cut)).unwrap_or(0);
            rest.take(count).collect()
        }
    }
}

/// Text that grew must not grow beyond what a record may hold.
pub(crate) fn bounded(text: String) -> Result<String> {
    match text.len() > RECORD_MAX {
        true => Err(Code::OverMaxRecordSize.into()),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of AWS's page.
    #[test]
    fn substrings_begin_at_one() {
        let all = "123456789";
        assert_eq!(substring(all, 0, None), all);
        assert_eq!(substring(all, 2, None), "23456789");
        assert_eq!(substring(all, -4, None), all);
        assert_eq!(substring(all, 0, Some(999)), all);
        assert_eq!(substring(all, 1, Some(5)), "12345");
        assert_eq!(substring(all, -1, Some(4)), "12");
        assert_eq!(substring(all, -9, Some(4)), "");
        assert_eq!(substring("äöü", 2, Some(1)), "ö");
        assert_eq!(substring(all, i64::MIN, Some(i64::MAX)), "");
    }

    #[test]
    fn trimming_takes_any_of_the_characters() {
        let trim = |side, text, characters| match trim(side, &Value::Field(text), characters) {
            Some(Value::Text(text)) => text.into_owned(),
            _ => String::new(),
        };
        assert_eq!(trim(Side::Both, "   foobar  ", " "), "foobar");
        assert_eq!(trim(Side::Leading, "  foobar  ", " "), "foobar  ");
        assert_eq!(trim(Side::Trailing, "  foobar  ", " "), "  foobar");
        assert_eq!(trim(Side::Both, "1112211foobar22211122", "12"), "foobar");
    }
}
