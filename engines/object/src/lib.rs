//! Object bytes: kept on disk or in memory, verified whenever they are read. It knows no names,
//! no owners and no time: a caller keeps the [`BlobRef`] it gets in a row of its own, and whether
//! bytes are alive is whether a row names them.
//!
//! By size: inline in the reference (up to 4 KiB), appended to a pack (up to 1 MiB), a file of
//! its own. A [`BlobRef::chain`] joins blobs without copying them.
//!
//! The order that makes a crash harmless:
//! 1. *put*: [`Writer::finish`], [`Objects::sync_pending`], commit the row, answer;
//! 2. *delete*: commit the row's removal, then [`Objects::delete`].
//!
//! Whatever is cut off in between is an orphan, found by [`Objects::sweep`]; it is never a row
//! without bytes. A reader that meets [`Error::NotFound`] reads its row again.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

mod blob;
mod combine;
mod compact;
mod copies;
mod error;
mod file;
mod fs;
mod generation;
mod handles;
mod hash;
mod lease;
mod md5;
mod memory;
mod pack;
mod packs;
mod pins;
mod read;
mod rehouse;
mod repair;
mod seal;
mod store;
mod sweep;
mod write;
mod zone;
mod zones;

pub use blob::{BlobId, BlobRef};
pub use combine::Crc;
pub use compact::{CompactReport, Labels, Moved};
pub use error::{Error, Result};
pub use fs::Faults;
pub use hash::{Digests, Hashes};
pub use lease::Lease;
pub use packs::PackUsage;
pub use read::{Held, ReadStream};
pub use rehouse::Rehoused;
pub use repair::ZoneReport;
pub use seal::{Key, Salt};
pub use sweep::SweepReport;
pub use write::{Writer, Written};

use blob::Home;
use md5::Together;
use memory::Memory;
use pins::Pins;
use store::{Disk, Store};

/// What acknowledged bytes survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Power loss.
    #[default]
    Strict,
    /// The end of the process; the operating system decides when to sync.
    Relaxed,
}

/// How to keep objects. Sizes in bytes.
#[derive(Clone)]
pub struct ObjectsOptions {
    /// The data folder, made if missing; `None` keeps everything in memory.
    pub dir: Option<PathBuf>,
    /// Blobs up to this size are part of their reference.
    pub inline_max: u64,
    /// Larger ones up to this size share pack files; at most 64 MiB.
    pub pack_max: u64,
    /// A pack that would grow beyond this is followed by the next.
    pub pack_size: u64,
    pub durability: Durability,
    /// How many copies to keep of each blob, each in a folder of its own (`az1`, `az2`, …); `None`
    /// for as many as before, one at first. More than before are made by the sweep; fewer are
    /// refused. With more than one no blob is inline, as a reference is not kept twice here.
    pub copies: Option<u8>,
    /// Storage faults, for tests; `None` in earnest.
    pub faults: Option<Arc<dyn Faults>>,
}

impl Default for ObjectsOptions {
    fn default() -> ObjectsOptions {
        ObjectsOptions {
            dir: None,
            inline_max: 4 << 10,
            pack_max: 1 << 20,
            pack_size: 256 << 20,
            durability: Durability::Strict,
            copies: None,
            faults: None,
        }
    }
}

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Files of their own (blobs, in memory) and their bytes on disk.
    pub files: u64,
    pub file_bytes: u64,
    /// Pack files, their bytes, and how many of these are known to be dead.
    pub packs: u64,
    pub pack_bytes: u64,
    pub dead_bytes: u64,
    /// False until a sweep has looked at what earlier runs left: their files are not counted
    /// yet, and the dead in their packs count as alive.
    pub complete: bool,
}

impl Stats {
    /// Bytes not known to be dead.
    pub fn live_bytes(&self) -> u64 {
        self.file_bytes + self.pack_bytes.saturating_sub(self.dead_bytes)
    }
}

/// The bytes of all objects. Clones share it.
#[derive(Clone)]
pub struct Objects {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    store: Store,
    pins: Pins,
    md5: Together,
    inline_max: u64,
    pack_max: u64,
}

impl Objects {
    /// Opens or creates the folder: removes unfinished uploads and cuts a torn write off the last
    /// pack. Quick however much is stored. Blocks.
    pub fn open(options: ObjectsOptions) -> Result<Objects> {
        let pack_max = options.pack_max.min(u64::from(pack::PAYLOAD_MAX));
        let mut inline_max = options.inline_max.min(pack_max);
        let store = match options.dir {
            None => Store::Memory(Arc::new(Memory::default())),
            Some(dir) => {
                let strict = options.durability == Durability::Strict;
                let folder = fs::Folder::open(&dir, strict, options.faults, options.copies)?;
                if folder.zones.len() > 1 {
                    inline_max = 0;
                }
                let (folder, repairs) = (Arc::new(folder), Arc::<repair::Repairs>::default());
                let packs = packs::Packs::open(&folder, options.pack_size, &repairs)?;
                let (handles, tally) = Default::default();
                Store::Disk(Box::new(Disk { folder, packs, handles, tally, repairs }))
            }
        };
        let (pins, md5) = (Pins::default(), Together::default());
        let inner = Arc::new(Inner { store, pins, md5, inline_max, pack_max });
        if let Store::Disk(disk) = &inner.store {
            disk.repairs.begin(&inner);
        }
        Ok(Objects { inner })
    }

    /// Begins to take a body in. A `size_hint` above `pack_max` spares its first bytes a detour;
    /// it need not be right. [`Writer::sealed_with`] seals what is stored.
    pub fn writer(&self, size_hint: Option<u64>, hashes: Hashes) -> Writer {
        Writer::new(self.inner.clone(), size_hint, hashes)
    }

    /// Stores a body that is in memory.
    pub async fn put(&self, body: Bytes, hashes: Hashes) -> Result<Written> {
        let mut writer = self.writer(Some(body.len() as u64), hashes);
        writer.write(body).await?;
        writer.finish().await
    }

    /// Streams the bytes `range` of a blob, in chunks of up to 1 MiB.
    ///
    /// Fails at once when the range is not inside the blob, or the blob is about to go; the
    /// stream's errors carry an [`Error`] (see its `From`). `prime` it to learn of a bad start.
    pub fn read(&self, blob: &BlobRef, range: Range<u64>) -> Result<ReadStream> {
        self.read_with(blob, range, None)
    }

    /// Streams as [`Objects::read`] does, and opens with `key` what is sealed: it must be the one
    /// the blob was written with. Bytes that are not sealed need none.
    pub fn read_with(
        &self,
        blob: &BlobRef,
        range: Range<u64>,
        key: Option<&Key>,
    ) -> Result<ReadStream> {
        ReadStream::new(&self.inner, blob, range, key)
    }

    /// Holds on to a blob, to read of it here and there; `key` as for [`Objects::read_with`].
    pub fn hold(&self, blob: &BlobRef, key: Option<&Key>) -> Result<Held> {
        Held::new(&self.inner, blob, key)
    }

    /// The bytes `range` of a blob, at once.
    pub async fn read_all(&self, blob: &BlobRef, range: Range<u64>) -> Result<Bytes> {
        self.read_all_with(blob, range, None).await
    }

    /// Reads as [`Objects::read_all`] does, and opens with `key` what is sealed.
    pub async fn read_all_with(
        &self,
        blob: &BlobRef,
        range: Range<u64>,
        key: Option<&Key>,
    ) -> Result<Bytes> {
        read::read_all(&self.inner, blob, range, key).await
    }

    /// Lets a blob's bytes go, once no row names them any more. Files being read go when their
    /// readers are done; room in packs comes back by compaction. Deleting twice is harmless.
    pub async fn delete(&self, blob: &BlobRef) -> Result<()> {
        let parts = match blob {
            BlobRef::Chain(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut files = Vec::new();
        for part in parts {
            match *part.bare() {
                BlobRef::File { id, .. } => files.push(Home::File(id)),
                _ => self.inner.count_dead(part),
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        let inner = self.inner.clone();
        write::blocking(move || inner.remove(&files)).await
    }

    /// Makes all packed blobs written so far durable; to be called before each commit of rows
    /// that name them, one commit at a time. Cheap when nothing was packed since the last call.
    /// Blocks.
    pub fn sync_pending(&self) -> io::Result<()> {
        match &self.inner.store {
            Store::Disk(disk) => {
                disk.packs.commit_begins();
                disk.packs.sync().map_err(io::Error::from)
            }
            Store::Memory(_) => Ok(()),
        }
    }

    /// Removes what earlier runs stored and `is_live` disowns. For once after start, in the
    /// background: nothing written since [`Objects::open`] is touched or asked about, so the
    /// answers may come from a set made at any time after it.
    pub async fn sweep(
        &self,
        is_live: impl Fn(&BlobId) -> bool + Send + 'static,
    ) -> Result<SweepReport> {
        let inner = self.inner.clone();
        write::blocking(move || sweep::sweep(&inner, &is_live)).await
    }

    /// Packs of which at least `dead_ratio` (0 to 1) is known to be dead, the deadest first.
    pub fn compaction_candidates(&self, dead_ratio: f64) -> Vec<PackUsage> {
        compact::candidates(&self.inner, dead_ratio)
    }

    /// Writes nothing more to `pack`; whether every blob in it that will ever be named by a row
    /// is named by one now, which stays so. See [`Written::lease`].
    pub fn settle(&self, pack: u64) -> bool {
        match &self.inner.store {
            Store::Disk(disk) => {
                disk.packs.seal(pack);
                disk.packs.is_settled(pack)
            }
            Store::Memory(_) => true,
        }
    }

    /// Whether a body of so many bytes is packed, and a label is of use.
    pub fn packs(&self, size: u64) -> bool {
        size > self.inner.inline_max && size <= self.inner.pack_max
    }

    /// What the blobs in `pack` were labelled with, those that are let go too; none if any was not, as
    /// those are not that were written before there were labels. Then every row has to be asked.
    pub async fn labels(&self, pack: u64) -> Result<Option<Labels>> {
        let inner = self.inner.clone();
        write::blocking(move || compact::labels(&inner, pack)).await
    }

    /// Copies what lives in `pack` elsewhere and removes it.
    ///
    /// `swap` gets batches of moves, whose new bytes are durable. In one transaction it points
    /// the rows that name an old blob at the new one, and answers for each, once committed,
    /// whether any did; a new blob nobody took is dead. When it fails the pack stays.
    ///
    /// Fails with [`Error::Unsettled`] while blobs of the pack may be on their way into a row
    /// (see [`Written::lease`]); try again later.
    ///
    /// `is_live` must be right, not fresh: answer true when in doubt. A set of the living is made
    /// after [`Objects::settle`] said yes, not before. A transaction that copies
    /// an old reference into a new row must read it from a row in that same transaction.
    pub async fn compact<L, S, F>(&self, pack: u64, is_live: L, swap: S) -> Result<CompactReport>
    where
        L: Fn(&BlobId) -> bool + Send + Sync + 'static,
        S: FnMut(Vec<Moved>) -> F,
        F: Future<Output = io::Result<Vec<bool>>>,
    {
        compact::compact(&self.inner, pack, is_live, swap).await
    }

    /// Forgets all blobs of a run that keeps nothing; on disk it does nothing.
    pub fn clear(&self) {
        if let Store::Memory(memory) = &self.inner.store {
            memory.clear();
        }
    }

    /// How much is stored, from counters.
    pub fn stats(&self) -> Stats {
        match &self.inner.store {
            Store::Memory(memory) => {
                let (files, file_bytes) = memory.usage();
                Stats { files, file_bytes, complete: true, ..Stats::default() }
            }
            Store::Disk(disk) => {
                let tally = &disk.tally;
                let usage = disk.packs.usage();
                let count = |n: i64| u64::try_from(n).unwrap_or(0);
                Stats {
                    files: count(tally.files.load(Ordering::Relaxed)),
                    file_bytes: count(tally.bytes.load(Ordering::Relaxed)),
                    packs: usage.len() as u64,
                    pack_bytes: usage.iter().map(|u| u.size).sum(),
                    dead_bytes: usage.iter().map(|u| u.dead).sum(),
                    complete: tally.swept.load(Ordering::Relaxed),
                }
            }
        }
    }
}

impl Inner {
    /// Unlinks `homes` now, or when their readers are done.
    fn remove(&self, homes: &[Home]) -> Result<()> {
        let now = self.pins.doom(homes);
        self.unlink(&now)
    }

    /// Unlinks what `pins` gave out for it. Goes on after an error, and reports the first.
    fn unlink(&self, homes: &[Home]) -> Result<()> {
        let mut result = Ok(());
        for home in homes {
            result = result.and(self.store.unlink(*home));
        }
        self.pins.gone(homes);
        result
    }

    /// Lets one blob go that nobody was told of.
    fn let_go(&self, blob: &BlobRef) {
        match *blob.bare() {
            BlobRef::File { id, .. } => {
                if let Err(error) = self.remove(&[Home::File(id)]) {
                    tracing::warn!(%error, "a blob is left to the next sweep");
                }
            }
            _ => self.count_dead(blob),
        }
    }

    /// Counts a packed blob as dead; other kinds have no room to account for.
    fn count_dead(&self, blob: &BlobRef) {
        if let (Store::Disk(disk), BlobRef::Packed { pack, len, .. }) = (&self.store, blob.bare()) {
            disk.packs.add_dead(*pack, u64::from(*len));
        }
    }
}
