//! Where a list goes on: markers in, page sizes in.

use platform::{Result, decode_token};

use crate::error;

/// The key after which the page starts.
pub(crate) fn after(list: &str, marker: Option<&str>) -> Result<Option<String>> {
    match marker {
        None => Ok(None),
        Some(marker) => decode_token(list, marker).map(Some).ok_or_else(error::bad_marker),
    }
}

/// How many items a page has; the model bounds what clients ask for.
pub(crate) fn size(asked: Option<i32>, default: usize) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(default)
}
