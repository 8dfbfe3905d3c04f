//! Lists in pages of a hundred: `NextToken`.

use platform::{Result, decode_token};

use crate::error;

/// What a page holds.
pub(crate) const LIMIT: usize = 100;

/// What a page starts after; empty at the beginning.
///
/// # Errors
/// AWS's refusal of tokens of other lists.
pub(crate) fn after(list: &str, token: Option<&str>) -> Result<String> {
    match token {
        None | Some("") => Ok(String::new()),
        Some(token) => decode_token(list, token).ok_or_else(|| error::invalid("NextToken")),
    }
}
