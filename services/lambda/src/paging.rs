//! Lists in pages: `Marker` and `MaxItems`.

use platform::{Result, decode_token};

use crate::error;

/// The most a page holds.
const MOST: usize = 50;

/// How many items a page has.
pub(crate) fn limit(asked: Option<i32>) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).map_or(MOST, |asked| asked.clamp(1, MOST))
}

/// What a page starts after; empty at the beginning.
///
/// # Errors
/// AWS's refusal of markers of other lists.
pub(crate) fn after(list: &str, marker: Option<&str>) -> Result<String> {
    match marker {
        None | Some("") => Ok(String::new()),
        Some(marker) => decode_token(list, marker).ok_or_else(|| error::invalid("Invalid Marker.")),
    }
}
