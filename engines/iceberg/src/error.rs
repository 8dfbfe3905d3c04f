//! What can be wrong with a table, or with a change of it.

use thiserror::Error;

/// Why a table cannot be read or changed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The table is no longer what the change was made for: read it anew, and try again.
    #[error("Requirement failed: {0}")]
    Conflict(String),
    /// The change is not one that the table can have.
    #[error("{0}")]
    Invalid(String),
    /// What the specification has and this engine has not.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// A file is not what it should be.
    #[error("{0}")]
    Corrupt(String),
}

/// The result of this engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::Corrupt(message.into())
    }
}
