//! Batches: up to ten entries, each with an id of its own, that succeed or fail one by one.

use std::collections::BTreeSet;

use platform::{Fail, Result};
use sns_api::BatchResultErrorEntry;

use crate::error;

/// The most entries a batch has.
const ENTRIES_MAX: usize = 10;

/// Checks a batch as a whole.
///
/// # Errors
/// AWS's refusal of none, of too many, and of ids that are none or not distinct.
pub(crate) fn check<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<()> {
    match ids.len() {
        0 => return Err(error::empty_batch()),
        sent if sent > ENTRIES_MAX => return Err(error::too_many_entries()),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        if id.is_empty() || id.len() > 80 || !id.bytes().all(good) {
            return Err(error::entry_id());
        }
        if !seen.insert(id) {
            return Err(error::repeated_id());
        }
    }
    Ok(())
}

/// An entry that failed. The store's own failures fail the batch.
///
/// # Errors
/// What is nobody's fault but ours.
pub(crate) fn failed(id: String, fail: Fail) -> Result<BatchResultErrorEntry> {
    if fail.cause().is_some() {
        return Err(fail);
    }
    let (code, message) = (fail.code().to_owned(), Some(fail.message().to_owned()));
    Ok(BatchResultErrorEntry { id, code, message, sender_fault: fail.is_sender() })
}
