//! A backend that fails on request, to show that nothing acknowledged is lost and nothing half
//! done remains. Real damage to files is tested by cutting copies of a data directory.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use fjall::Slice;

use super::{Batch, KeyRange, Storage, StorageScan};
use crate::{StoreError, store::Durability};

/// Failures to come; shared with whoever orders them.
#[derive(Debug, Default)]
pub struct Faults {
    refused: AtomicU32,
    torn: AtomicU32,
    unopened: AtomicU32,
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

    /// The next `count` attempts to go back to what is durable fail; until one succeeds nothing can
    /// be read.
    pub fn refuse_recoveries(&self, count: u32) {
        self.unopened.store(count, Ordering::SeqCst);
    }

    fn take(counter: &AtomicU32) -> bool {
        counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
    }
}

/// Another backend with [`Faults`] before it.
pub struct Faulty {
    inner: Box<dyn Storage>,
    faults: Arc<Faults>,
    /// Whether the last recovery failed.
    broken: AtomicBool,
}

impl Faulty {
    /// Wraps a backend.
    pub fn new(inner: Box<dyn Storage>, faults: Arc<Faults>) -> Faulty {
        Faulty { inner, faults, broken: AtomicBool::new(false) }
    }

    fn readable(&self) -> Result<(), StoreError> {
        match self.broken.load(Ordering::SeqCst) {
            true => Err(StoreError::unreadable("it could not be opened again")),
            false => Ok(()),
        }
    }
}

impl Storage for Faulty {
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.readable()?;
        self.inner.get(table, key)
    }

    fn scan<'a>(
        &'a self,
        table: &'static str,
        range: &KeyRange,
        reverse: bool,
    ) -> Result<StorageScan<'a>, StoreError> {
        self.readable()?;
        self.inner.scan(table, range, reverse)
    }

    fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            self.recover()?;
        }
        if Faults::take(&self.faults.refused) {
            let full = io::Error::new(io::ErrorKind::StorageFull, "no space left (injected)");
            return Err(StoreError::not_saved(full));
        }
        self.inner.commit(batch, durability)?;
        if Faults::take(&self.faults.torn) {
            return Err(StoreError::not_saved("the sync was not confirmed (an injected fault)"));
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.broken.store(true, Ordering::SeqCst);
        if Faults::take(&self.faults.unopened) {
            return Err(StoreError::unreadable("it cannot be opened (an injected fault)"));
        }
        self.inner.recover()?;
        self.broken.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.inner.clear()
    }

    fn close(&self) -> Result<(), StoreError> {
        self.inner.close()
    }
}
