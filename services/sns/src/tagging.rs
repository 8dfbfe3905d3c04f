//! Tags of topics.

use platform::{Result, Tags};
use sns_api::Tag;

use crate::error;

/// The most tags a topic has.
const TAGS_MAX: usize = 50;

/// Sets tags.
///
/// # Errors
/// AWS's refusal of too many, and of reserved ones.
pub(crate) fn set(tags: &mut Tags, given: Vec<Tag>) -> Result<()> {
    let mut keys = std::collections::BTreeSet::new();
    for Tag { key, value } in given {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::invalid("Tags Reason: Tag keys that start with aws: are reserved"));
        }
        if !keys.insert(key.clone()) {
            return Err(error::invalid("Duplicated keys are not allowed."));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(error::too_many_tags());
    }
    Ok(())
}

/// As clients read them.
pub(crate) fn shown(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}
