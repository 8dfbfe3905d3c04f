//! What can go wrong in the store, in sentences an operator can act on.

use std::{fmt, io, path::PathBuf, sync::Arc};

/// A failure of the store. Cheap to clone: one failed group answers many writers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the data directory.
    #[error("the data directory {} is in use by another process{}", .directory.display(),
        .pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    InUse {
        /// The directory asked for.
        directory: PathBuf,
        /// The holder, if it could be read.
        pid: Option<u32>,
    },
    /// The directory was written by a later version of the program.
    #[error("the data directory {} has format {found}, and this version reads up to {known}: \
        use the version that wrote it, or a newer one", .directory.display())]
    NewerFormat {
        /// The directory asked for.
        directory: PathBuf,
        /// The format found in it.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// The directory holds something else, or cannot be read or written.
    #[error("the data directory {} cannot be opened: {reason}", .directory.display())]
    Directory {
        /// The directory asked for.
        directory: PathBuf,
        /// Why, from the operating system where it said so.
        reason: Arc<str>,
    },
    /// Nobody confirms that the change is on disk, and it may be there all the same: what readers
    /// see after this is what is there. So nothing that the change names may be let go.
    #[error("the change could not be saved: {0}")]
    NotSaved(Reason),
    /// The change was not saved, and certainly is not there.
    #[error("the change could not be saved: {0}")]
    NotWritten(Reason),
    /// Stored data could not be read.
    #[error("stored data cannot be read: {0}")]
    Unreadable(Arc<str>),
    /// A row or key does not decode, or is of a version nobody migrates.
    #[error("a row of table {table} cannot be understood: {reason}")]
    Corrupt {
        /// The table's name.
        table: &'static str,
        /// What is wrong, with the key in hexadecimal where known.
        reason: Arc<str>,
    },
    /// A key or row exceeds what can be stored.
    #[error("a {what} of table {table} has {bytes} bytes; at most {max} can be stored")]
    TooLarge {
        /// The table's name.
        table: &'static str,
        /// `key` or `row`.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// A transaction was opened inside another, which would wait for itself.
    #[error("a store transaction was opened inside another one")]
    Nested,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// The backend cannot do this.
    #[error("{0}")]
    Unsupported(&'static str),
}

/// Why a change could not be saved.
#[derive(Debug, Clone)]
pub struct Reason {
    text: Arc<str>,
    full: bool,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Reason {
        Reason { text: text.into(), full: false }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Reason {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let full = matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge);
        Reason { text: error.to_string().into(), full }
    }
}

impl StoreError {
    /// Whether there is no room for a change: on the disk, in a quota, or in a file.
    pub fn is_full(&self) -> bool {
        matches!(self, StoreError::NotSaved(reason) | StoreError::NotWritten(reason) if reason.full)
    }

    pub(crate) fn unreadable(reason: impl fmt::Display) -> StoreError {
        StoreError::Unreadable(reason.to_string().into())
    }

    pub(crate) fn not_saved(reason: impl Into<Reason>) -> StoreError {
        StoreError::NotSaved(reason.into())
    }

    /// The same of a change that is known not to be there.
    pub(crate) fn of_nothing_written(self) -> StoreError {
        match self {
            StoreError::NotSaved(reason) => StoreError::NotWritten(reason),
            other => other,
        }
    }

    pub(crate) fn corrupt(table: &'static str, reason: impl fmt::Display) -> StoreError {
        StoreError::Corrupt { table, reason: reason.to_string().into() }
    }
}
