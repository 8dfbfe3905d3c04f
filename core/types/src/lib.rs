//! The words every layer shares: who asks, whose resource it is, and what it is called.
//!
//! Plain values with validated constructors; nothing here reads a clock, a store or a policy.
//! Patterns over these values (`arn:aws:s3:::logs-*`) belong to the policy engine, not here.

mod account;
mod arn;
mod principal;
mod region;
mod tags;

pub use account::AccountId;
pub use aquifer_schema::Timestamp;
pub use arn::Arn;
pub use principal::{Principal, PrincipalKind};
pub use region::{Partition, Region, Scope};
pub use tags::Tags;

/// A text that is not one of the values of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Not exactly twelve ASCII digits.
    #[error("`{0}` is not an account id: it must be 12 digits")]
    AccountId(String),
    /// Not a plausible region code.
    #[error("`{0}` is not a region name: lower-case letters, digits and hyphens, as in us-east-1")]
    Region(String),
    /// Not six colon-separated parts starting with `arn`.
    #[error("`{0}` is not an ARN: arn:partition:service:region:account:resource")]
    Arn(String),
}

/// `Display`-shaped serde for a type with `FromStr`: the wire and the rows hold the plain text.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use serde_as_text;
