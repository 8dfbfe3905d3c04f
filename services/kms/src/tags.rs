//! Labels of keys: their bounds.

use kms_api::{Tag, error};
use platform::{Result, Tags};

/// The most tags a key has.
const TAGS_MAX: usize = 50;

/// The tags a key has after these are added.
pub(crate) fn with(mut tags: Tags, added: Vec<Tag>) -> Result<Tags> {
    let mut seen = std::collections::BTreeSet::new();
    for Tag { tag_key, tag_value } in added {
        if tag_key.to_ascii_lowercase().starts_with("aws:") {
            return Err(error::tag_exception(
                "aws: prefixed tag key names are not allowed for external use.",
            ));
        }
        if !seen.insert(tag_key.clone()) {
            return Err(error::tag_exception("Duplicate tag keys"));
        }
        tags.insert(tag_key, tag_value);
    }
    match tags.len() > TAGS_MAX {
        true => Err(error::limit_exceeded_exception("Too many tags")),
        false => Ok(tags),
    }
}
