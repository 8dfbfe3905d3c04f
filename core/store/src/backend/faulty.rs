//! A backend that fails on request, to show that nothing acknowledged is lost and nothing half
//! done remains. Real damage to files is tested by cutting copies of a data directory.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use fjall::Slice;

use super::{Batch, KeyRange, Storage, StorageScan};
use crate::{StoreError, store::Durability};

/// Failures to come; shared with whoever orders them.
#[derive(Debug, Default)]
pub struct Faults {
    refused: AtomicU32,
    torn: AtomicU32,
}

impl Faults {
    /// The next `count` commits fail and change nothing, as on a full disk.
    pub fn refuse_commits(&self, count: u32) {
        self.refused.store(count, Ordering::SeqCst);
    }

    /// The next `count` commits reach the disk but their answer does not come back.
    pub fn tear_commits(&self, count: u32) {
        self.torn.store(count, Ordering::SeqCst);
    }

    fn take(counter: &AtomicU32) -> bool {
        counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
    }
}

/// Another backend with [`Faults`] before it.
pub struct Faulty {
    inner: Box<dyn Storage>,
    faults: Arc<Faults>,
}

impl Faulty {
    /// Wraps a backend.
    pub fn new(inner: Box<dyn Storage>, faults: Arc<Faults>) -> Faulty {
        Faulty { inner, faults }
    }
}

impl Storage for Faulty {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.inner.get(table, key)
    }

    fn scan<'a>(
        &'a self,
        table: &'static str,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<StorageScan<'a>, StoreError> {
        self.inner.scan(table, range, reverse)
    }

    fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        if Faults::take(&self.faults.refused) {
            return Err(StoreError::not_saved("no space left (an injected fault)"));
        }
        self.inner.commit(batch, durability)?;
        if Faults::take(&self.faults.torn) {
            return Err(StoreError::not_saved("the sync was not confirmed (an injected fault)"));
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.inner.recover()
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.inner.clear()
    }

    fn close(&self) -> Result<(), StoreError> {
        self.inner.close()
    }
}
