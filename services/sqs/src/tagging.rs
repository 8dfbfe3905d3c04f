//! Tags of queues.

use std::collections::BTreeMap;

use platform::Result;

use crate::error;
use crate::store::Queue;

/// The most tags a queue has.
const TAGS_MAX: usize = 50;

/// Sets tags.
///
/// # Errors
/// A refusal of too many, too long or reserved ones.
pub(crate) fn set(queue: &mut Queue, tags: BTreeMap<String, String>) -> Result<()> {
    for (key, value) in tags {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid_value(&key, "Tags", "Tag keys may not start with aws:."));
        }
        let (key_length, length) = (key.chars().count(), value.chars().count());
        if !(1..=128).contains(&key_length) || length > 256 {
            let reason = "Tag keys have 1 to 128 characters, tag values 256 at most.";
            return Err(error::invalid_value(&key, "Tags", reason));
        }
        queue.tags.insert(key, value);
    }
    if queue.tags.len() > TAGS_MAX {
        return Err(error::invalid(format!("Too many tags added for queue {}.", queue.name)));
    }
    Ok(())
}
