//! What a query reads, counted where the bytes leave the object store.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one query's scans, shared by all its readers.
#[derive(Debug, Default)]
pub struct ScanStats {
    bytes: AtomicU64,
    files: AtomicU64,
}

/// A reading of [`ScanStats`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanTotals {
    /// Bytes read of data files, footers included.
    pub bytes: u64,
    /// Data files chosen to be read, after pruning by partition.
    pub files: u64,
}

impl ScanStats {
    /// Adds bytes read.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts files chosen.
    pub fn add_files(&self, files: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
    }

    /// The counters now. They only grow.
    pub fn totals(&self) -> ScanTotals {
        ScanTotals {
            bytes: self.bytes.load(Ordering::Relaxed),
            files: self.files.load(Ordering::Relaxed),
        }
    }
}
