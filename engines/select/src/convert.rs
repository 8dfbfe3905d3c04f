//! `CAST`: values as others.

use crate::ast::Type;
use crate::code::{Code, Error, Result};
use crate::decimal::Decimal;
use crate::time::Time;
use crate::value::{Number, Value, parse_bool};

/// Converts a value. What is unknown stays so.
pub(crate) fn cast<'a>(value: Value<'a>, to: Type) -> Result<Value<'a>> {
    if value.is_unknown() {
        return Ok(value);
    }
    let converted = match to {
        Type::Bool => to_bool(&value).map(Value::Bool),
        Type::Int => to_int(&value)?.map(Value::Int),
        Type::Float => to_float(&value).map(Value::Float),
        Type::Decimal => to_decimal(&value).map(Value::Decimal),
        Type::Time => match &value {
            Value::Time(time) => Some(*time),
            other => other.as_str().and_then(|text| Time::parse(text.trim())),
        }
        .map(Value::Time),
        Type::Text => match value {
            Value::Text(text) => Some(Value::Text(text)),
            Value::Field(text) => Some(Value::text(text)),
            other => plain(&other).map(Value::text),
        },
    };
    converted.ok_or_else(|| Error::from(Code::CastFailed))
}

fn to_bool(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Int(value) => Some(*value != 0),
        Value::Decimal(value) => Some(!value.is_zero()),
        Value::Float(value) => Some(*value != 0.0),
        other => parse_bool(other.as_str()?.trim()),
    }
}

fn to_int(value: &Value<'_>) -> Result<Option<i64>> {
    let overflow = || Error::from(Code::IntegerOverflow);
    Ok(match value {
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Int(value) => Some(*value),
        Value::Decimal(value) => Some(value.to_i64().ok_or_else(overflow)?),
        Value::Float(value) => {
            // The bounds are exact: both are powers of two.
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(value);
            Some(fits.then_some(*value as i64).ok_or_else(overflow)?)
        }
        other => {
            let Some(text) = other.as_str() else { return Ok(None) };
            let text = text.trim();
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match text.parse() {
                Ok(value) => Some(value),
                Err(_) if whole => return Err(overflow()),
                Err(_) => None,
            }
        }
    })
}

fn to_float(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Field(text) => text.trim().parse().ok(),
        other => other.as_number().map(Number::to_f64),
    }
}

fn to_decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Bool(value) => Some(Decimal::from(i64::from(*value))),
        Value::Int(value) => Some(Decimal::from(*value)),
        Value::Decimal(value) => Some(*value),
        Value::Float(value) => Decimal::parse(&value.to_string()),
        other => Decimal::parse(other.as_str()?.trim()),
    }
}

/// A scalar as text; `None` for what is nested.
pub(crate) fn plain(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Missing | Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::Text(text) => text.clone().into_owned(),
        Value::Field(text) => (*text).to_owned(),
        Value::Time(time) => time.to_string(),
        Value::Nested(_) => return None,
    })
}

/// A float as short as it can be read back; with an exponent where that is far shorter.
pub(crate) fn float(value: f64) -> String {
    match serde_json::Number::from_f64(value) {
        Some(number) => number.to_string(),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, to: Type) -> String {
        match cast(Value::Field(text), to) {
            Ok(value) => plain(&value).unwrap(),
            Err(Error::Refused { code, .. }) => code.name().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn text_becomes_what_it_says() {
        assert_eq!(check(" 12 ", Type::Int), "12");
        assert_eq!(check("12.5", Type::Int), "CastFailed");
        assert_eq!(check("", Type::Int), "CastFailed");
        assert_eq!(check("9223372036854775808", Type::Int), "IntegerOverflow");
        assert_eq!(check("-9223372036854775808", Type::Int), "-9223372036854775808");
        assert_eq!(check("1e3", Type::Float), "1000.0");
        assert_eq!(check("12.50", Type::Decimal), "12.50");
        assert_eq!(check("TRUE", Type::Bool), "true");
        assert_eq!(check("yes", Type::Bool), "CastFailed");
        assert_eq!(check("2007-04-05T14:30Z", Type::Time), "2007-04-05T14:30Z");
    }
}
