//! Batches: up to ten entries, each with an id of its own, that succeed or fail one by one.

use std::collections::BTreeSet;

use platform::{Fail, Result};
use sqs_api::BatchResultErrorEntry;

use crate::error;

/// The most entries a batch has.
const ENTRIES_MAX: usize = 10;

/// Checks a batch as a whole. `entry` is what the model calls its entries.
///
/// # Errors
/// AWS's refusal of none, of too many, and of ids that are none or not distinct.
pub(crate) fn check<'a>(entry: &str, ids: impl ExactSizeIterator<Item = &'a str>) -> Result<()> {
    match ids.len() {
        0 => return Err(error::empty_batch(entry)),
        sent if sent > ENTRIES_MAX => return Err(error::too_many_entries(sent)),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        if id.is_empty() || id.len() > 80 || !id.bytes().all(good) {
            return Err(error::entry_id());
        }
        if !seen.insert(id) {
            return Err(error::repeated_id(id));
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
    // An entry says the code as the older protocol has it.
    let code = fail.code();
    let codes = sqs_api::SERVICE.query_codes;
    let code = codes.iter().find(|(from, _)| *from == code).map_or(code, |(_, to)| to).to_owned();
    let message = Some(fail.message().to_owned());
    Ok(BatchResultErrorEntry { id, code, message, sender_fault: fail.is_sender() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_one_to_ten_entries_told_apart() {
        let code = |ids: &[&str]| {
            let checked = check("E", ids.iter().copied());
            checked.err().map(|fail| fail.code().to_owned())
        };
        assert_eq!(code(&["a", "b-1_C"]), None);
        assert_eq!(code(&[]).as_deref(), Some("EmptyBatchRequest"));
        assert_eq!(code(&["a"; 11]).as_deref(), Some("TooManyEntriesInBatchRequest"));
        assert_eq!(code(&["a", "a"]).as_deref(), Some("BatchEntryIdsNotDistinct"));
        assert_eq!(code(&["a b"]).as_deref(), Some("InvalidBatchEntryId"));
    }
}
