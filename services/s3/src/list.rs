//! Listing keys with prefix, delimiter and start, at the cost of the page.

use platform::{Fail, ReadTx, Result};

use crate::model::Version;
use crate::store::CURRENT;

/// Most keys of one page, whatever is asked.
pub(crate) const KEYS_MAX: i32 = 1_000;

/// One entry of a listing.
pub(crate) enum Entry {
    Key(String, Box<Version>),
    /// All keys below it count as one.
    Prefix(String),
}

impl Entry {
    pub fn name(&self) -> &str {
        match self {
            Self::Key(name, _) | Self::Prefix(name) => name,
        }
    }
}

/// Where a listing starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Start {
    #[default]
    Beginning,
    /// After this key, or common prefix where it is one.
    After(String),
}

/// What is to be listed.
pub(crate) struct Listing<'a> {
    pub bucket: &'a str,
    pub prefix: &'a str,
    pub delimiter: Option<&'a str>,
    pub start: Start,
    pub limit: usize,
}

/// A page of a listing.
pub(crate) struct Listed {
    pub entries: Vec<Entry>,
    pub truncated: bool,
}

/// Lists current versions, delete markers left out.
pub(crate) fn current(tx: &ReadTx<'_>, listing: &Listing<'_>) -> Result<Listed, Fail> {
    let (bucket, prefix) = (listing.bucket, listing.prefix);
    let mut entries = Vec::new();
    let mut start = listing.start.clone();
    if listing.limit == 0 {
        return Ok(Listed { entries, truncated: false });
    }
    'skips: loop {
        let mut scan = CURRENT.scan(tx).starting_with(&(bucket,), prefix);
        if let Start::After(after) = &start {
            // What is after a common prefix is after all keys that start with it.
            scan = match common_prefix(after, prefix, listing.delimiter) {
                Some(whole) if whole == after => scan.after_all(&(bucket,), after),
                _ => scan.after(&(bucket, after.as_str())),
            };
        }
        for row in scan {
            let ((_, key), version) = row?;
            if version.delete_marker {
                continue;
            }
            if entries.len() == listing.limit {
                return Ok(Listed { entries, truncated: true });
            }
            if let Some(common) = common_prefix(&key, prefix, listing.delimiter) {
                start = Start::After(common.to_owned());
                entries.push(Entry::Prefix(common.to_owned()));
                continue 'skips;
            }
            entries.push(Entry::Key(key, Box::new(version)));
        }
        return Ok(Listed { entries, truncated: false });
    }
}

/// The part of a key up to the first delimiter after the prefix.
pub(crate) fn common_prefix<'k>(
    key: &'k str,
    prefix: &str,
    delimiter: Option<&str>,
) -> Option<&'k str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let rest = key.strip_prefix(prefix)?;
    let at = rest.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// A name as the answer writes it.
pub(crate) fn encoded(name: &str, encoding: Option<s3_api::EncodingType>) -> String {
    match encoding {
        Some(s3_api::EncodingType::Url) => {
            const KEEP: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
                .remove(b'-')
                .remove(b'_')
                .remove(b'.')
                .remove(b'*')
                .remove(b'/');
            percent_encoding::utf8_percent_encode(name, KEEP).to_string()
        }
        None => name.to_owned(),
    }
}

/// The page size a request means.
pub(crate) fn limit(asked: Option<i32>, name: &'static str) -> Result<usize> {
    match asked {
        Some(asked) if asked < 0 => Err(crate::error::invalid_argument(
            name,
            &asked.to_string(),
            &format!("Argument {name} must be an integer between 0 and 2147483647"),
        )),
        asked => Ok(usize::try_from(asked.unwrap_or(KEYS_MAX).min(KEYS_MAX)).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_prefixes_end_at_the_first_delimiter_after_the_prefix() {
        assert_eq!(common_prefix("a/b/c", "", Some("/")), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", Some("/")), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", Some("/")), None);
        assert_eq!(common_prefix("a/b", "", None), None);
        assert_eq!(common_prefix("aXXb", "", Some("XX")), Some("aXX"));
    }
}
