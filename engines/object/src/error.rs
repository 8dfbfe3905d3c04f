//! What can go wrong with object bytes. Nothing here retries or decides; callers do.

use std::io;
use std::path::{Path, PathBuf};

use crate::blob::BlobId;

/// `Result` of this engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why bytes could not be kept or given back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The blob was deleted or moved by compaction. A caller that got the reference from a row
    /// reads the row again and, if it still names a blob, tries once more.
    #[error("{0} is not here")]
    NotFound(BlobId),
    /// The bytes on disk are not the ones written. `offset` is in bytes from the blob's start.
    #[error("{blob} is corrupt at byte {offset}")]
    Corrupt { blob: BlobId, offset: u64 },
    /// A range that does not lie inside the blob; all in bytes.
    #[error("bytes {start}..{end} asked of a blob of {len}")]
    Range { start: u64, end: u64, len: u64 },
    /// No space or no quota left on the device. Nothing of the failed write is kept.
    #[error("the disk is full")]
    Full(#[source] io::Error),
    /// A sync failed earlier, so the system may have dropped bytes it had accepted. Nothing more
    /// is acknowledged until the folder is opened again.
    #[error("an earlier sync failed: what was written since then is in doubt, restart")]
    SyncFailed,
    /// No zone that keeps it, or could, can be reached.
    #[error("no zone that keeps it can be reached")]
    Lost,
    /// The folder keeps more copies than it was to be opened with.
    #[error("it keeps {kept} copies of every object and cannot go back to {asked}")]
    FewerCopies { kept: u8, asked: u8 },
    /// Another process has the folder open.
    #[error("{} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// A blob reference no writer can have produced.
    #[error("malformed blob reference: {0}")]
    Malformed(&'static str),
    /// The blob is sealed and no key was given.
    #[error("the blob is sealed and no key was given")]
    Sealed,
    /// The operating system gave no randomness to seal with.
    #[error("the operating system gives no randomness")]
    NoRandomness,
    /// The pack holds blobs whose rows may be on their way; its compaction is tried later.
    #[error("pack {0:016x} is still being written about")]
    Unsettled(u64),
    /// A writer used after one of its writes had failed.
    #[error("the upload failed earlier")]
    Broken,
    /// The runtime went away before the work was done.
    #[error("the runtime is shutting down")]
    Stopped,
    /// Any other refusal by the file system.
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl Error {
    /// True when the device or its quota is exhausted.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full(_))
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full(source),
            _ => Error::Io { doing, path: path.to_owned(), source },
        }
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Error::NotFound(_) => io::ErrorKind::NotFound,
            Error::Corrupt { .. } => io::ErrorKind::InvalidData,
            Error::Range { .. }
            | Error::Malformed(_)
            | Error::Sealed
            | Error::FewerCopies { .. } => io::ErrorKind::InvalidInput,
            Error::Full(_) => io::ErrorKind::StorageFull,
            Error::Locked(_) | Error::Unsettled(_) => io::ErrorKind::ResourceBusy,
            Error::Io { source, .. } => source.kind(),
            Error::SyncFailed
            | Error::Broken
            | Error::Stopped
            | Error::NoRandomness
            | Error::Lost => io::ErrorKind::Other,
        }
    }
}

impl From<Error> for io::Error {
    /// Keeps the error inside, so `get_ref().downcast_ref::<Error>()` finds it again.
    fn from(error: Error) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}
