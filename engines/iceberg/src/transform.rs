//! Transforms: how a partition's or a sort order's value comes of a column's.
//!
//! <https://iceberg.apache.org/spec/#partition-transforms>

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::{Primitive, Type};

/// A transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    Identity,
    Bucket(u32),
    Truncate(u32),
    Year,
    Month,
    Day,
    Hour,
    /// What a dropped field of a partition spec of version 1 becomes.
    Void,
    /// One of another implementation: kept, and taken for one that tells nothing.
    Unknown(String),
}

impl Transform {
    fn parse(text: &str) -> Self {
        let parameter = |name: &str| -> Option<u32> {
            let inner = text.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            inner.parse().ok().filter(|number| *number > 0)
        };
        match text {
            "identity" => Self::Identity,
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "void" => Self::Void,
            _ => match (parameter("bucket"), parameter("truncate")) {
                (Some(buckets), _) => Self::Bucket(buckets),
                (_, Some(width)) => Self::Truncate(width),
                _ => Self::Unknown(text.to_owned()),
            },
        }
    }

    /// The type of what comes out, where a value of a type may go in.
    pub fn result_type(&self, source: &Type) -> Option<Primitive> {
        let Type::Primitive(source) = source else {
            return matches!(self, Self::Void).then_some(Primitive::String);
        };
        let source = *source;
        use Primitive as P;
        let moment = matches!(source, P::Timestamp | P::Timestamptz);
        match self {
            Self::Identity | Self::Void => Some(source),
            Self::Bucket(_) => {
                let apt = !matches!(source, P::Boolean | P::Float | P::Double);
                apt.then_some(P::Int)
            }
            Self::Truncate(_) => {
                let apt = matches!(source, P::Int | P::Long | P::String | P::Binary)
                    || matches!(source, P::Decimal { .. });
                apt.then_some(source)
            }
            Self::Year | Self::Month => (moment || source == P::Date).then_some(P::Int),
            // Days are numbers, which readers see as a date.
            Self::Day => (moment || source == P::Date).then_some(P::Date),
            Self::Hour => moment.then_some(P::Int),
            Self::Unknown(_) => Some(P::String),
        }
    }
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Void => "void",
            Self::Bucket(buckets) => return write!(f, "bucket[{buckets}]"),
            Self::Truncate(width) => return write!(f, "truncate[{width}]"),
            Self::Unknown(text) => text,
        })
    }
}

impl Serialize for Transform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Transform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("Invalid transform: it is empty"));
        }
        Ok(Self::parse(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_are_written_as_they_are_read() {
        for text in ["identity", "bucket[16]", "truncate[4]", "day", "void", "zorder[2]"] {
            assert_eq!(Transform::parse(text).to_string(), text);
        }
        assert_eq!(Transform::parse("bucket[0]"), Transform::Unknown("bucket[0]".into()));
    }

    #[test]
    fn transforms_are_for_some_types() {
        let string = Type::Primitive(Primitive::String);
        assert_eq!(Transform::Bucket(4).result_type(&string), Some(Primitive::Int));
        assert_eq!(Transform::Year.result_type(&string), None);
        assert_eq!(Transform::Hour.result_type(&Type::Primitive(Primitive::Date)), None);
    }
}
