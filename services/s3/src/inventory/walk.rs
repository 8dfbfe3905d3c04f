//! Reads what is in a bucket, a page of rows at a time.

use platform::{Fail, ReadTx};
use s3_api::{InventoryConfiguration, InventoryIncludedObjectVersions};

use super::fields::Entry;
use crate::model::{Bucket, Versioning};
use crate::store::{CURRENT, OLDER};

/// Rows of a page.
const PAGE: usize = 1_000;

/// How far it came.
enum Reached {
    Start,
    /// All of a key.
    Key(String),
    /// A key's versions up to a place among the older ones.
    Older(String, u64),
    End,
}

/// A walk over a bucket.
pub(super) struct Walk<'a> {
    bucket: &'a str,
    prefix: &'a str,
    /// Whether older versions and delete markers are wanted, and may be there.
    all: bool,
    reached: Reached,
}

impl<'a> Walk<'a> {
    pub fn new(name: &'a str, configuration: &'a InventoryConfiguration, bucket: &Bucket) -> Self {
        let all = configuration.included_object_versions == InventoryIncludedObjectVersions::All;
        Self {
            bucket: name,
            prefix: configuration.filter.as_ref().map_or("", |filter| filter.prefix.as_str()),
            all: all && bucket.versioning != Versioning::Never,
            reached: Reached::Start,
        }
    }

    /// The next versions; none at the end.
    pub fn page(&mut self, tx: &ReadTx<'_>) -> Result<Option<Vec<Entry>>, Fail> {
        let mut page = Vec::new();
        let mut keys = CURRENT.scan(tx).prefix(&(self.bucket,));
        match &self.reached {
            Reached::End => return Ok(None),
            Reached::Start if self.prefix.is_empty() => {}
            Reached::Start => keys = keys.from(&(self.bucket, self.prefix)),
            Reached::Key(key) => keys = keys.after(&(self.bucket, key.as_str())),
            Reached::Older(key, place) => {
                let (key, place) = (key.clone(), *place);
                if self.older(tx, &key, Some(place), &mut page)? {
                    return Ok(Some(page));
                }
                keys = keys.after(&(self.bucket, key.as_str()));
            }
        }
        for row in keys {
            let ((_, key), version) = row?;
            if !key.starts_with(self.prefix) {
                break;
            }
            if self.all || !version.delete_marker {
                page.push(Entry { key: key.clone(), version, is_latest: true });
            }
            if self.all && self.older(tx, &key, None, &mut page)? {
                return Ok(Some(page));
            }
            if page.len() >= PAGE {
                self.reached = Reached::Key(key);
                return Ok(Some(page));
            }
        }
        self.reached = Reached::End;
        Ok(Some(page))
    }

    /// Adds older versions of a key; whether the page is full and there may be more.
    fn older(
        &mut self,
        tx: &ReadTx<'_>,
        key: &str,
        after: Option<u64>,
        page: &mut Vec<Entry>,
    ) -> Result<bool, Fail> {
        let mut rows = OLDER.scan(tx).prefix(&(self.bucket, key));
        if let Some(place) = after {
            rows = rows.after(&(self.bucket, key, place));
        }
        for row in rows {
            let ((_, _, place), version) = row?;
            page.push(Entry { key: key.to_owned(), version, is_latest: false });
            if page.len() >= PAGE {
                self.reached = Reached::Older(key.to_owned(), place);
                return Ok(true);
            }
        }
        Ok(false)
    }
}
