//! A JSON value taken apart: members in the order written, numbers with the digits written.

use std::cmp::Ordering;

use super::super::scan::{Kind, Value, quote};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Null,
    Boolean(bool),
    /// The digits.
    Number(String),
    Text(String),
    Array(Vec<Item>),
    Object(Vec<(String, Item)>),
}

impl Item {
    /// Reads a text; `None` if it is no JSON.
    pub(super) fn parse(text: &str) -> Option<Item> {
        Value::parse(text).map(Item::of)
    }

    fn of(value: Value<'_>) -> Item {
        match value.kind() {
            Kind::Object => Item::Object(
                value.members().map(|(name, value)| (name.into_owned(), Item::of(value))).collect(),
            ),
            Kind::Array => Item::Array(value.elements().map(Item::of).collect()),
            Kind::Text => Item::Text(value.scalar().unwrap_or_default().into_owned()),
            Kind::Null => Item::Null,
            _ => match value.raw() {
                "true" => Item::Boolean(true),
                "false" => Item::Boolean(false),
                digits => Item::Number(digits.to_owned()),
            },
        }
    }

    /// Appends the JSON text.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Item::Null => out.push_str("null"),
            Item::Boolean(true) => out.push_str("true"),
            Item::Boolean(false) => out.push_str("false"),
            Item::Number(digits) => out.push_str(digits),
            Item::Text(text) => quote(text, out),
            Item::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Item::Object(members) => {
                out.push('{');
                for (i, (name, item)) in members.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    quote(name, out);
                    out.push(':');
                    item.write(out);
                }
                out.push('}');
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The value as a number that is whole, if it is one.
    pub(super) fn integer(&self) -> Option<i128> {
        match self {
            Item::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn double(&self) -> Option<f64> {
        match self {
            Item::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// A number that was computed.
    pub(super) fn of_double(value: f64) -> Item {
        let mut out = String::new();
        crate::format::write_double(&mut out, value);
        Item::Number(out)
    }

    /// The order of two scalars; `None` when they do not compare.
    pub(super) fn compare(&self, other: &Item) -> Option<Ordering> {
        match (self, other) {
            (Item::Null, Item::Null) => Some(Ordering::Equal),
            (Item::Boolean(a), Item::Boolean(b)) => Some(a.cmp(b)),
            (Item::Text(a), Item::Text(b)) => Some(a.cmp(b)),
            (Item::Number(_), Item::Number(_)) => match (self.integer(), other.integer()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => self.double()?.partial_cmp(&other.double()?),
            },
            _ => None,
        }
    }

    /// The name of the type, as the path method tells it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Item::Null => "null",
            Item::Boolean(_) => "boolean",
            Item::Number(_) => "number",
            Item::Text(_) => "string",
            Item::Array(_) => "array",
            Item::Object(_) => "object",
        }
    }
}
