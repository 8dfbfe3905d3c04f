//! Tags of users, roles and policies: keys are the same whatever their case.

use std::collections::BTreeSet;

use iam_api::Tag;
use platform::{Result, Tags};

use crate::error;
use crate::model::api_tags;
use crate::paging::{Paged, Paging};

/// The most tags one resource has.
const TAGS_MAX: usize = 50;

/// Sets tags. A key that is there in another case is replaced.
pub(crate) fn set(tags: &mut Tags, new: Vec<Tag>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for Tag { key, value } in new {
        if !seen.insert(key.to_lowercase()) {
            return Err(error::invalid_input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        if key.to_lowercase().starts_with("aws:") {
            return Err(error::invalid_input(format!(
                "Tag keys that start with aws: are reserved for AWS: {key}"
            )));
        }
        remove_one(tags, &key);
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(error::limit("The number of tags has reached the maximum limit."));
    }
    Ok(())
}

/// Removes tags; those that are not there are no error.
pub(crate) fn remove(tags: &mut Tags, keys: &[String]) {
    for key in keys {
        remove_one(tags, key);
    }
}

/// A page of tags, by key. Pages begin at places: markers are too short for the longest keys.
pub(crate) fn page(tags: &Tags, paging: Paging) -> Result<Paged<Tag>> {
    let places = api_tags(tags).into_iter().enumerate().map(Ok);
    let page = paging.take(places, |(place, _)| format!("{place:03}"))?;
    Ok(page.map(|(_, tag)| tag))
}

fn remove_one(tags: &mut Tags, key: &str) {
    let same: Vec<String> = tags
        .iter()
        .map(|(known, _)| known.to_owned())
        .filter(|known| known.to_lowercase() == key.to_lowercase())
        .collect();
    for known in same {
        tags.remove(&known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn keys_are_one_whatever_their_case() {
        let mut tags = Tags::new();
        set(&mut tags, vec![tag("Team", "red")]).unwrap();
        set(&mut tags, vec![tag("team", "blue")]).unwrap();
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("team", "blue")]);
        assert!(set(&mut tags, vec![tag("a", ""), tag("A", "")]).is_err());
        remove(&mut tags, &["TEAM".to_owned()]);
        assert!(!tags.contains("team"));
    }

    #[test]
    fn there_are_fifty_at_most() {
        let mut tags = Tags::new();
        let many = |from: usize| (from..from + 50).map(|n| tag(&n.to_string(), "")).collect();
        set(&mut tags, many(0)).unwrap();
        assert!(set(&mut tags, many(1)).unwrap_err().is("LimitExceeded"));
    }
}
