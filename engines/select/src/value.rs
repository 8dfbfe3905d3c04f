//! What records hold and what expressions come to.

use std::borrow::Cow;

use crate::decimal::Decimal;
use crate::time::Time;

/// A value that a record holds, or a query's constant.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Text(String),
    Time(Time),
    List(Vec<Tree>),
    Struct(Vec<(String, Tree)>),
}

/// What an expression comes to, for one record.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    /// The record does not have it.
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Text(Cow<'a, str>),
    /// Text of a file that types nothing: what it is compared with decides what it is.
    Field(&'a str),
    Time(Time),
    /// A list or a structure.
    Nested(&'a Tree),
}

impl Tree {
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Missing => Value::Missing,
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Decimal(value) => Value::Decimal(*value),
            Self::Float(value) => Value::Float(*value),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Time(time) => Value::Time(*time),
            Self::List(_) | Self::Struct(_) => Value::Nested(self),
        }
    }

    /// A number as JSON and queries write them: an integer if it fits one, a decimal if that fits.
    pub fn number(text: &str) -> Option<Self> {
        let exponent = text.contains(['e', 'E']);
        if let Ok(value) = text.parse()
            && !text.starts_with('+')
        {
            return Some(Self::Int(value));
        }
        if !exponent && let Some(value) = Decimal::parse(text) {
            return Some(Self::Decimal(value));
        }
        text.parse().ok().filter(|value: &f64| value.is_finite()).map(Self::Float)
    }
}

/// A number of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int(i64),
    Decimal(Decimal),
    Float(f64),
}

impl Number {
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Decimal(value) => value.to_f64(),
            Self::Float(value) => value,
        }
    }

    pub fn value(self) -> Value<'static> {
        match self {
            Self::Int(value) => Value::Int(value),
            Self::Decimal(value) => Value::Decimal(value),
            Self::Float(value) => Value::Float(value),
        }
    }
}

impl<'a> Value<'a> {
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }

    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is some.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Field(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one or untyped text that reads as one.
    pub fn as_number(&self) -> Option<Number> {
        Some(match self {
            Self::Int(value) => Number::Int(*value),
            Self::Decimal(value) => Number::Decimal(*value),
            Self::Float(value) => Number::Float(*value),
            Self::Field(text) => match Tree::number(text.trim())? {
                Tree::Int(value) => Number::Int(value),
                Tree::Decimal(value) => Number::Decimal(value),
                Tree::Float(value) => Number::Float(value),
                _ => return None,
            },
            _ => return None,
        })
    }

    pub fn as_time(&self) -> Option<Time> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Field(text) => Time::parse(text),
            _ => None,
        }
    }

    /// `None` for what is neither true nor false.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Field(text) => parse_bool(text),
            _ => None,
        }
    }
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
