//! Disk or memory behind one set of synchronous calls. All of it may block, and is called on
//! blocking threads, but for [`Store::try_read`].

use std::ops::Range;
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
use crate::repair::{Repairs, Task};
use crate::zone::Zone;

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
    pub repairs: Arc<Repairs>,
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

/// How a blob is kept.
#[derive(Clone, Default)]
pub(crate) struct Keep {
    /// In one zone, not in all.
    pub one_zone: bool,
    /// Goes with what is packed.
    pub label: Bytes,
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
    pub fn put(&self, keep: &Keep, chunks: &[Bytes], len: u32, crc: u64) -> Result<BlobRef> {
        match self {
            Store::Disk(disk) => {
                let place = disk.folder.place(keep.one_zone)?;
                disk.packs.append(place, &keep.label, chunks, len, crc)
            }
            Store::Memory(memory) => Ok(memory.put(chunks)),
        }
    }

    /// Begins a blob of any length; about `expect` bytes are to come, or 0 if not known.
    pub fn sink(&self, one_zone: bool, expect: u64) -> Result<Sink> {
        match self {
            Store::Disk(disk) => {
                let place = disk.folder.place(one_zone)?;
                Ok(Sink::Disk(Box::new(FileSink::create(&disk.folder, place, expect)?)))
            }
            Store::Memory(memory) => Ok(Sink::Memory(MemorySink::new(memory))),
        }
    }

    /// Completes a blob, durably.
    pub fn finish(&self, sink: Sink) -> Result<BlobRef> {
        match (self, sink) {
            (Store::Disk(disk), Sink::Disk(sink)) => {
                let finished = sink.finish()?;
                disk.tally.add(1, finished.size as i64);
                if let Some(BlobId::File(id)) = finished.blob.single_id() {
                    for zone in finished.missing {
                        disk.repairs.want(Task::Home { zone, home: Home::File(id) });
                    }
                }
                Ok(finished.blob)
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
            (&BlobRef::File { id, len }, Store::Disk(disk)) => disk.read_file(id, len, range),
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
                let home = Home::Pack(pack);
                let zone = disk.folder.there(home.place()).next()?;
                let file = disk.handles.peek((zone.number, home))?;
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
    /// Reads from the first zone whose copy is as it was written, and has those repaired that are
    /// not. What no zone has is not found, what none has whole is corrupt.
    fn read_any<T>(
        &self,
        id: BlobId,
        read: impl Fn(&Zone) -> Result<T>,
        task: impl Fn(u8) -> Task,
    ) -> Result<T> {
        let mut failed: Option<Error> = None;
        let mut bad = Vec::new();
        for zone in self.folder.there(Home::from(id).place()) {
            match read(zone) {
                Ok(bytes) => {
                    bad.into_iter().for_each(|(zone, error)| self.found_bad(zone, &error, &task));
                    return Ok(bytes);
                }
                Err(error) if self.folder.zones.len() == 1 => return Err(error),
                Err(error) => bad.push((zone, error)),
            }
        }
        for (_, error) in bad {
            failed = Some(match failed {
                Some(worse) if !matches!(worse, Error::NotFound(_)) => worse,
                _ => error,
            });
        }
        Err(failed.unwrap_or(Error::Lost))
    }

    fn found_bad(&self, zone: &Zone, error: &Error, task: &impl Fn(u8) -> Task) {
        tracing::warn!(zone = zone.name(), %error, "a copy was read from another zone");
        self.repairs.damaged(task(zone.number));
    }

    fn read_file(&self, id: u64, len: u64, range: Range<u64>) -> Result<Bytes> {
        let home = Home::File(id);
        let read = |zone: &Zone| {
            let at = (zone.number, home);
            let handle = self.handles.get(at, || file::open(zone, id, len))?;
            file::read(&handle, id, len, range.clone())
        };
        self.read_any(BlobId::File(id), read, |zone| Task::Home { zone, home })
    }

    fn read_packed(&self, pack: u64, entry: Entry) -> Result<Bytes> {
        let blob = BlobId::Packed { pack, offset: entry.offset };
        if entry.len > PAYLOAD_MAX {
            return Err(Error::Malformed("a packed blob too long for a pack"));
        }
        let home = Home::Pack(pack);
        let read = |zone: &Zone| {
            let path = zone.path(home);
            let handle = self.handles.get((zone.number, home), || {
                std::fs::File::open(&path).map_err(|e| match e.kind() {
                    std::io::ErrorKind::NotFound => Error::NotFound(blob),
                    _ => Error::io("open", &path)(e),
                })
            })?;
            let payload = entry.read(&handle).map_err(Error::io("read", &path))?;
            payload.map(Bytes::from).ok_or(Error::Corrupt { blob, offset: 0 })
        };
        self.read_any(blob, read, |zone| Task::Entry { zone, pack, entry })
    }

    fn unlink(&self, home: Home) -> Result<()> {
        let mut size = None;
        let mut result = Ok(());
        for zone in self.folder.zones(home.place()) {
            self.handles.close((zone.number, home));
            if zone.is_lost() {
                self.repairs.want(Task::Remove { zone: zone.number, home });
                continue;
            }
            match zone.unlink(home) {
                Ok(unlinked) => size = size.or(unlinked),
                Err(e) => result = result.and(Err(e)),
            }
        }
        result?;
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
