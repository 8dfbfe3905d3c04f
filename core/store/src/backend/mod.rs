//! Where durable rows live: ordered byte tables with atomic batches. Three kinds behind one trait,
//! held to one test suite.

mod disk;
mod faulty;
mod journal;
mod memory;

use std::collections::{BTreeMap, HashMap};

use fjall::Slice;

use crate::{StoreError, store::Durability};

pub use disk::Disk;
pub use faulty::{Faults, Faulty};
pub use memory::Memory;

/// Changes by table and key; none deletes. One value per key, so the order within does not matter.
pub type Batch = HashMap<&'static str, BTreeMap<Slice, Option<Slice>>>;

/// Rows of a scan, in the direction asked for.
pub type StorageScan<'a> = Box<dyn Iterator<Item = Result<(Slice, Slice), StoreError>> + 'a>;

/// A range of keys as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key that may be in it.
    pub lower: Vec<u8>,
    /// The first key after it that may not; none if it ends with the table.
    pub upper: Option<Vec<u8>>,
}

impl KeyRange {
    /// All keys starting with these bytes.
    pub fn prefix(prefix: Vec<u8>) -> KeyRange {
        KeyRange { upper: after_prefix(&prefix), lower: prefix }
    }

    /// Whether no key can be in it.
    pub fn is_empty(&self) -> bool {
        self.upper.as_ref().is_some_and(|upper| *upper <= self.lower)
    }

    /// Drops the keys below `lower`.
    pub(crate) fn raise(&mut self, lower: Vec<u8>) {
        if lower > self.lower {
            self.lower = lower;
        }
    }

    /// Drops the keys from `upper` on.
    pub(crate) fn cut(&mut self, upper: Vec<u8>) {
        if self.upper.as_ref().is_none_or(|old| upper < *old) {
            self.upper = Some(upper);
        }
    }
}

/// The least bytes above everything starting with `prefix`; none if nothing is above.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// A place for durable rows. Commits come from one thread; reads from any, also during a commit.
pub trait Storage: Send + Sync {
    /// The value of a key. A table nobody wrote to is empty.
    ///
    /// # Errors
    /// If stored data cannot be read.
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError>;

    /// The rows of a non-empty range, lazily, upwards or downwards.
    ///
    /// # Errors
    /// If stored data cannot be read; failures on the way are items.
    fn scan<'a>(
        &'a self,
        table: &'static str,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<StorageScan<'a>, StoreError>;

    /// Makes all changes or none, and under [`Durability::Strict`] returns once they are on disk.
    ///
    /// # Errors
    /// [`StoreError::NotSaved`]; after it the outcome is unknown until [`Storage::recover`], and
    /// then is what can be read.
    fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError>;

    /// Goes back to what is durable after a failed commit. Nothing reads meanwhile.
    ///
    /// # Errors
    /// If that is not possible yet; nothing can be read until it is. It is tried again before the
    /// next commit, and now and then while none comes.
    fn recover(&self) -> Result<(), StoreError>;

    /// Forgets everything; only for backends that keep nothing on disk.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`].
    fn clear(&self) -> Result<(), StoreError>;

    /// Syncs everything and lets go of files. Later calls answer [`StoreError::Closed`].
    ///
    /// # Errors
    /// If the last sync fails.
    fn close(&self) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_skips_trailing_ff() {
        assert_eq!(after_prefix(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(after_prefix(&[1, 0xFF, 0xFF]), Some(vec![2]));
        assert_eq!(after_prefix(&[0xFF]), None);
        assert_eq!(after_prefix(b""), None);
    }
}
