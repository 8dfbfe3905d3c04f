//! Where a list goes on: tokens in, page sizes in.

use platform::{Result, decode_token};

use crate::error;

/// How many items a page has, at most and where nobody says.
const SIZE: usize = 1_000;

/// The key after which the page starts.
pub(crate) fn after(list: &str, token: Option<&str>) -> Result<Option<String>> {
    let bad = || error::invalid("The continuation token is not valid.");
    token.map(|token| decode_token(list, token).ok_or_else(bad)).transpose()
}

/// How many items a page has; the model bounds what clients ask for.
pub(crate) fn size(asked: Option<i32>) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(SIZE)
}
