//! Where a list goes on: tokens in, page sizes in, keys out.

use platform::{Fail, decode_token};

use crate::error;

/// The key after which the page starts.
pub(crate) fn after(list: &str, token: Option<&str>) -> Result<Option<String>, Fail> {
    match token {
        None | Some("") => Ok(None),
        Some(token) => decode_token(list, token).map(Some).ok_or_else(error::bad_token),
    }
}

/// How many items a page has; the model bounds what clients ask for.
pub(crate) fn size(asked: Option<i32>, default: usize) -> usize {
    asked.and_then(|n| usize::try_from(n).ok()).map_or(default, |n| n.clamp(1, default))
}
