//! Event patterns: which events are wanted, said in the shape of the events themselves.
//!
//! A pattern is a JSON object. Each field names alternatives in a list, or the pattern of an object
//! within: all fields must match, and of each list one alternative. `$or` names patterns of which one
//! must match. Of a list in an event any element may match; fields of objects in a list match
//! together, in the same element.
//!
//! Matching walks the pattern, not the event, so its cost is that of the pattern.

mod matching;
mod parse;
mod text;

use serde_json::Value;

pub use parse::PatternError;

/// A checked pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPattern(Fields);

impl EventPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// With what is wrong and where, when it is none.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        parse::pattern(text).map(Self)
    }

    /// Whether an event is wanted.
    pub fn matches(&self, event: &Value) -> bool {
        matching::fields(&self.0, Some(event))
    }
}

/// What an object must have, all of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fields {
    fields: Vec<(String, Field)>,
    /// Groups of which one pattern each must match.
    either: Vec<Vec<Fields>>,
}

/// What a field must be.
#[derive(Clone, Debug, PartialEq)]
enum Field {
    Object(Fields),
    /// One of these.
    Leaf(Vec<Test>),
}

/// One alternative for a value that is no object.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// The same text, number, truth or nothing.
    Exact(Value),
    Text(TextTest),
    /// Within bounds, each with whether it belongs to them.
    Numeric {
        low: Option<(f64, bool)>,
        high: Option<(f64, bool)>,
    },
    Exists(bool),
    Cidr(Network),
    /// There, and none of these.
    AnythingBut(Vec<Test>),
}

/// A test of a text.
#[derive(Clone, Debug, PartialEq)]
enum TextTest {
    Prefix {
        text: String,
        ignore_case: bool,
    },
    Suffix {
        text: String,
        ignore_case: bool,
    },
    EqualsIgnoreCase(String),
    /// Parts between stars; `*` and `\` stand for themselves after a `\`.
    Wildcard(Vec<String>),
}

/// A network: an address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Network {
    /// Both kinds of addresses as 128 bits, the older ones told apart.
    bits: u128,
    v4: bool,
    prefix: u32,
}

#[cfg(test)]
mod tests;
