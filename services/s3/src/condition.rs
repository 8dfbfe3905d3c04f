//! Conditional requests: what a client says must hold of the object that is there.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use platform::{Result, Timestamp};

use crate::error;
use crate::model::Version;

/// Conditions of a read.
#[derive(Default)]
pub(crate) struct ReadIf<'a> {
    pub matches: Option<&'a str>,
    pub none_match: Option<&'a str>,
    pub modified_since: Option<Timestamp>,
    pub unmodified_since: Option<Timestamp>,
}

impl ReadIf<'_> {
    /// Checks them in the order of RFC 9110; `copying` answers 412 where a read answers 304.
    pub fn check(&self, version: &Version, copying: bool) -> Result<()> {
        let modified = version.modified.floor_secs();
        let unchanged = |condition| {
            Err(if copying { error::precondition_failed(condition) } else { error::not_modified() })
        };
        if let Some(tags) = self.matches {
            if !any_etag(tags, &version.etag) {
                return Err(error::precondition_failed("If-Match"));
            }
        } else if self.unmodified_since.is_some_and(|since| modified > since) {
            return Err(error::precondition_failed("If-Unmodified-Since"));
        }
        if let Some(tags) = self.none_match {
            if any_etag(tags, &version.etag) {
                return unchanged("If-None-Match");
            }
        } else if self.modified_since.is_some_and(|since| modified <= since) {
            return unchanged("If-Modified-Since");
        }
        Ok(())
    }
}

/// Checks the conditions of a write against the current version, if there is one.
pub(crate) fn check_write(
    key: &str,
    current: Option<&Version>,
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> Result<()> {
    let current = current.filter(|version| !version.delete_marker);
    if let Some(tags) = if_none_match {
        if tags != "*" {
            return Err(error::not_implemented("If-None-Match"));
        }
        if current.is_some() {
            return Err(error::precondition_failed("If-None-Match"));
        }
    }
    if let Some(tags) = if_match {
        match current {
            None => return Err(error::no_such_key(key)),
            Some(version) if !any_etag(tags, &version.etag) => {
                return Err(error::precondition_failed("If-Match"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn any_etag(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == "*" || tag == etag)
}
