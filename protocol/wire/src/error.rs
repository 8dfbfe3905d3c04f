//! Why a request could not be read.

use thiserror::Error;

/// A request the protocol refuses before any service sees it.
#[derive(Debug, Error)]
pub enum WireError {
    /// Not of the protocol's grammar, or of another type than the model says.
    #[error("{0}")]
    Malformed(String),
    /// Of the right grammar, outside the model's constraints. The sentence is AWS's.
    #[error("{sentence}")]
    Invalid {
        sentence: String,
        /// The first violation is that this member is absent.
        missing: Option<&'static str>,
        /// The shapes down to the first violation.
        within: Vec<&'static str>,
    },
    /// Nested deeper than any model.
    #[error("the request is nested too deeply")]
    TooDeep,
}

impl WireError {
    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::Malformed(text.into())
    }
}
