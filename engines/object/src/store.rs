//! Disk or memory behind one set of synchronous calls. All of it may block, and is called on
//! blocking threads, but for [`Store::try_read`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;

use crate::blob::{BlobId, BlobRef, Home, Piece};
use crate::error::{Error, Result};
use crate::file::{self, FileSink};
use crate::fs::{Folder, read_cached};
use crate::handles::Handles;
use crate::hash::crc64nvme;
use crate::memory::{Memory, MemorySink};
use crate::pack::{Entry, PAYLOAD_MAX};
use crate::packs::Packs;

/// Reads up to this size are tried on the caller's thread: copying and verifying them takes less
/// than handing them to another one.
const TRY_READ_MAX: u32 = 128 << 10;

pub(crate) enum Store {
    Disk(Box<Disk>),
    Memory(Arc<Memory>),
}

/// Blobs in an open folder.
pub(crate) struct Disk {
    pub folder: Arc<Folder>,
    pub packs: Packs,
    pub handles: Handles,
    pub tally: Tally,
}

/// Files in the folder; those of earlier runs are only known once a sweep has seen them.
#[derive(Default)]
pub(crate) struct Tally {
    pub files: AtomicI64,
    pub bytes: AtomicI64,
    pub swept: AtomicBool,
}

impl Tally {
    pub fn add(&self, files: i64, bytes: i64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A large blob being written.
pub(crate) enum Sink {
    Disk(Box<FileSink>),
    Memory(MemorySink),
}

impl Sink {
    pub fn write(&mut self, chunks: &[Bytes]) -> Result<()> {
        match self {
            Sink::Disk(sink) => sink.write(chunks),
            Sink::Memory(sink) => {
                sink.write(chunks);
                Ok(())
            }
        }
    }
}

impl Store {
    /// Stores a blob no longer than `PAYLOAD_MAX`, with its CRC-64/NVME.
    pub fn put(&self, chunks: &[Bytes], len: u32, crc: u64) -> Result<BlobRef> {
        match self {
            Store::Disk(disk) => disk.packs.append(chunks, len, crc),
            Store::Memory(memory) => Ok(memory.put(chunks)),
        }
    }

    /// Begins a blob of any length; about `expect` bytes are to come, or 0 if not known.
    pub fn sink(&self, expect: u64) -> Result<Sink> {
        match self {
            Store::Disk(disk) => Ok(Sink::Disk(Box::new(FileSink::create(&disk.folder, expect)?))),
            Store::Memory(memory) => Ok(Sink::Memory(MemorySink::new(memory))),
        }
    }

    /// Completes a blob, durably.
    pub fn finish(&self, sink: Sink) -> Result<BlobRef> {
        match (self, sink) {
            (Store::Disk(disk), Sink::Disk(sink)) => {
                let (blob, size) = sink.finish()?;
                disk.tally.add(1, size as i64);
                Ok(blob)
            }
            (_, Sink::Memory(sink)) => Ok(sink.finish()),
            (Store::Memory(_), Sink::Disk(_)) => Err(Error::Malformed("a file sink in memory")),
        }
    }

    /// Reads and verifies a range of a single blob, as it is stored.
    pub fn read(&self, piece: &Piece) -> Result<Bytes> {
        let range = piece.range.clone();
        match (piece.blob.bare(), self) {
            (BlobRef::Inline(bytes), _) => {
                Ok(bytes.slice(range.start as usize..range.end as usize))
            }
            (BlobRef::Chain(_), _) => Err(Error::Malformed("a chain inside a blob")),
            (BlobRef::Sealed(..), _) => Err(Error::Malformed("a blob sealed twice")),
            (&BlobRef::File { id, .. }, Store::Memory(memory)) => memory.read(id, range),
            (&BlobRef::Packed { pack, offset, .. }, Store::Memory(_)) => {
                Err(Error::NotFound(BlobId::Packed { pack, offset }))
            }
            (&BlobRef::File { id, len }, Store::Disk(disk)) => {
                let open = || file::open(&disk.folder, id, len);
                let handle = disk.handles.get(Home::File(id), open)?;
                file::read(&handle, id, len, range)
            }
            (&BlobRef::Packed { pack, offset, len, crc }, Store::Disk(disk)) => {
                let payload = disk.read_packed(pack, Entry { offset, len, crc })?;
                Ok(payload.slice(range.start as usize..range.end as usize))
            }
        }
    }

    /// Reads as [`Store::read`] does without waiting for a disk; `None` when that is not possible.
    pub fn try_read(&self, piece: &Piece) -> Option<Result<Bytes>> {
        match (piece.blob.bare(), self) {
            (BlobRef::Inline(_), _) | (_, Store::Memory(_)) => Some(self.read(piece)),
            (&BlobRef::Packed { pack, offset, len, crc }, Store::Disk(disk)) => {
                if len > TRY_READ_MAX {
                    return None;
                }
                let file = disk.handles.peek(Home::Pack(pack))?;
                let payload = read_cached(&file, offset, len as usize)?;
                // Whatever looks wrong here is looked at again by `read`, which names it.
                let whole = (crc64nvme(&payload) == crc).then(|| Bytes::from(payload))?;
                Some(Ok(whole.slice(piece.range.start as usize..piece.range.end as usize)))
            }
            _ => None,
        }
    }

    pub fn unlink(&self, home: Home) -> Result<()> {
        match (self, home) {
            (Store::Disk(disk), _) => disk.unlink(home),
            (Store::Memory(memory), Home::File(id)) => {
                memory.remove(id);
                Ok(())
            }
            (Store::Memory(_), Home::Pack(_)) => Ok(()),
        }
    }
}

impl Disk {
    fn read_packed(&self, pack: u64, entry: Entry) -> Result<Bytes> {
        let blob = BlobId::Packed { pack, offset: entry.offset };
        if entry.len > PAYLOAD_MAX {
            return Err(Error::Malformed("a packed blob too long for a pack"));
        }
        let home = Home::Pack(pack);
        let path = self.folder.path(home);
        let handle = self.handles.get(home, || {
            std::fs::File::open(&path).map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => Error::NotFound(blob),
                _ => Error::io("open", &path)(e),
            })
        })?;
        let payload = entry.read(&handle).map_err(Error::io("read", &path))?;
        payload.map(Bytes::from).ok_or(Error::Corrupt { blob, offset: 0 })
    }

    fn unlink(&self, home: Home) -> Result<()> {
        self.handles.close(home);
        let size = self.folder.unlink(home)?;
        match home {
            Home::Pack(pack) => self.packs.forget(pack),
            Home::File(id) => {
                let counted = id >= self.folder.horizon || self.tally.swept.load(Ordering::Relaxed);
                if let Some(size) = size.filter(|_| counted) {
                    self.tally.add(-1, -(size as i64));
                }
            }
        }
        Ok(())
    }
}
