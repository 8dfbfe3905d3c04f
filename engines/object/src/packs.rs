//! The packs of a folder: one is appended to, all are read. Appends are made durable together by
//! [`Packs::sync`], so many small puts share one sync. How to relocate entries is `compact.rs`'s.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{IoSlice, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::blob::{BlobRef, Home};
use crate::error::{Error, Result};
use crate::fs::{Folder, list, parse_name};
use crate::pack::{self, ENTRY, Entry, HEADER, Tail};

/// Room taken in one pack, in bytes, headers included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackUsage {
    pub pack: u64,
    /// Bytes of the file.
    pub size: u64,
    /// Of these, bytes of entries known to be deleted.
    pub dead: u64,
}

pub(crate) struct Packs {
    folder: Arc<Folder>,
    size_max: u64,
    writing: Mutex<Writing>,
    /// Held for the whole of a sync, so that a second caller returns after the first is durable.
    syncing: Mutex<()>,
    dirty: AtomicBool,
    failed: AtomicBool,
    /// Commits of the caller begun, as far as they call for a sync.
    commits: AtomicU64,
    leases: Mutex<BTreeMap<u64, Leases>>,
    usage: Mutex<BTreeMap<u64, PackUsage>>,
    /// The pack an earlier run left open and this one writes on to, and where this run began.
    resumed: Option<(u64, u64)>,
}

/// Entries of one pack whose row may not be committed yet.
#[derive(Default)]
struct Leases {
    held: u32,
    /// `Packs::commits` when the last one was let go.
    let_go_at: u64,
}

#[derive(Default)]
struct Writing {
    active: Option<Active>,
    /// Packs with entries since the last sync, and where these end.
    dirty: BTreeMap<u64, (Arc<File>, u64)>,
}

struct Active {
    id: u64,
    file: Arc<File>,
    end: u64,
}

impl Packs {
    pub fn open(folder: &Arc<Folder>, size_max: u64) -> Result<Packs> {
        let mut usage = BTreeMap::new();
        let dir = folder.packs();
        for name in list(&dir)? {
            let Some(pack) = parse_name(&name, "pack") else { continue };
            let path = dir.join(&name);
            let size = fs::metadata(&path).map_err(Error::io("look at", &path))?.len();
            usage.insert(pack, PackUsage { pack, size, dead: 0 });
        }
        let mut active = None;
        if let Some(last) = usage.values_mut().next_back()
            && last.size < size_max
        {
            active = resume(folder, last)?;
        }
        Ok(Packs {
            folder: folder.clone(),
            size_max,
            resumed: active.as_ref().map(|a| (a.id, a.end)),
            writing: Mutex::new(Writing { active, dirty: BTreeMap::new() }),
            syncing: Mutex::new(()),
            dirty: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            commits: AtomicU64::new(0),
            leases: Mutex::default(),
            usage: Mutex::new(usage),
        })
    }

    /// Appends one entry, `len` bytes in `chunks`. Durable after the next [`Packs::sync`]; leased
    /// until [`Packs::let_go`].
    pub fn append(&self, chunks: &[Bytes], len: u32, crc: u64) -> Result<BlobRef> {
        if self.failed.load(Ordering::Acquire) {
            return Err(Error::SyncFailed);
        }
        let mut writing = self.writing.lock();
        let full = |a: &Active| a.end > HEADER && a.end + ENTRY + u64::from(len) > self.size_max;
        let mut active = match writing.active.take().filter(|a| !full(a)) {
            Some(active) => active,
            None => self.create()?,
        };
        let entry = Entry { offset: active.end + ENTRY, len, crc };
        let head = entry.encode(active.id);
        let mut slices = Vec::with_capacity(chunks.len() + 1);
        slices.push(IoSlice::new(&head));
        slices.extend(chunks.iter().map(|c| IoSlice::new(c)));
        if let Err(e) = self.folder.write_all(&active.file, &mut slices) {
            // If the half entry cannot be taken back, the pack ends here and the next is begun.
            if rewind(&active.file, active.end).is_ok() {
                writing.active = Some(active);
            }
            return Err(Error::io("append to", &self.folder.packs())(e));
        }
        active.end = entry.end();
        let id = active.id;
        self.leases.lock().entry(id).or_default().held += 1;
        writing.dirty.insert(id, (active.file.clone(), active.end));
        self.dirty.store(true, Ordering::Release);
        if let Some(usage) = self.usage.lock().get_mut(&id) {
            usage.size = active.end;
        }
        writing.active = Some(active);
        Ok(BlobRef::Packed { pack: id, offset: entry.offset, len, crc })
    }

    fn create(&self) -> Result<Active> {
        let id = self.folder.new_id();
        let path = self.folder.path(Home::Pack(id));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let file = file.map_err(Error::io("create", &path))?;
        let write = self.folder.write_all(&file, &mut [IoSlice::new(&pack::header(id))]);
        let made = write
            .map_err(Error::io("write", &path))
            .and_then(|()| self.folder.sync_dir(&self.folder.packs()));
        if let Err(e) = made {
            _ = fs::remove_file(&path);
            return Err(e);
        }
        self.usage.lock().insert(id, PackUsage { pack: id, size: HEADER, dead: 0 });
        Ok(Active { id, file: Arc::new(file), end: HEADER })
    }

    /// Makes every entry appended before this call durable. Cheap when there is none.
    ///
    /// After a failure nothing can be synced until the folder is opened again: the system may
    /// have dropped what it could not write and would report success the next time.
    pub fn sync(&self) -> Result<()> {
        let _turn = self.syncing.lock();
        if self.failed.load(Ordering::Acquire) {
            return Err(Error::SyncFailed);
        }
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let dirty = std::mem::take(&mut self.writing.lock().dirty);
        for (id, (file, end)) in dirty {
            if let Err(e) = pack::mark_synced(&file, id, end) {
                tracing::warn!(pack = id, error = %e, "the synced mark of a pack is left behind");
            }
            if let Err(e) = self.folder.sync_data(&file) {
                self.failed.store(true, Ordering::Release);
                return Err(Error::io("sync", &self.folder.path(Home::Pack(id)))(e));
            }
        }
        Ok(())
    }

    /// Notes that the caller begins a commit.
    pub fn commit_begins(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
    }

    /// The one who appended an entry of `pack` holds it no more.
    pub fn let_go(&self, pack: u64) {
        if let Some(leases) = self.leases.lock().get_mut(&pack) {
            leases.held = leases.held.saturating_sub(1);
            leases.let_go_at = self.commits.load(Ordering::Acquire);
        }
    }

    /// True when every entry of `pack` that will ever be named by a row is named by one now.
    ///
    /// A lease may be let go before the commit that names its entry has begun, but that one then
    /// is the next; commits come one after the other, so when a second has begun it is over.
    pub fn is_settled(&self, pack: u64) -> bool {
        let commits = self.commits.load(Ordering::Acquire);
        let leases = self.leases.lock();
        leases.get(&pack).is_none_or(|l| l.held == 0 && commits >= l.let_go_at + 2)
    }

    /// Stops appending to `pack`, if that is the one appended to.
    pub fn seal(&self, pack: u64) {
        self.writing.lock().active.take_if(|active| active.id == pack);
    }

    pub fn is_active(&self, pack: u64) -> bool {
        self.writing.lock().active.as_ref().is_some_and(|active| active.id == pack)
    }

    /// Where the part of `pack` written by earlier runs ends; `None` if all of it is this run's.
    pub fn written_before(&self, pack: u64, size: u64) -> Option<u64> {
        match self.resumed {
            Some((resumed, end)) if resumed == pack => Some(end),
            _ => (pack < self.folder.horizon).then_some(size),
        }
    }

    /// Counts an entry as dead.
    pub fn add_dead(&self, pack: u64, payload: u64) {
        if let Some(usage) = self.usage.lock().get_mut(&pack) {
            usage.dead = usage.size.min(usage.dead + ENTRY + payload);
        }
    }

    /// Forgets a pack that was removed.
    pub fn forget(&self, pack: u64) {
        self.usage.lock().remove(&pack);
        self.leases.lock().remove(&pack);
    }

    pub fn usage(&self) -> Vec<PackUsage> {
        self.usage.lock().values().copied().collect()
    }
}

fn rewind(mut file: &File, end: u64) -> std::io::Result<()> {
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end)).map(|_| ())
}

/// Opens the last pack of an earlier run for more, if its end is understood.
fn resume(folder: &Folder, usage: &mut PackUsage) -> Result<Option<Active>> {
    let id = usage.pack;
    let path = folder.path(Home::Pack(id));
    let file = OpenOptions::new().read(true).write(true).open(&path);
    let file = file.map_err(Error::io("open", &path))?;
    match pack::tail(&file, id, usage.size).map_err(Error::io("read", &path))? {
        Tail::Keep => {
            tracing::warn!(path = %path.display(), "a pack is damaged and will not be added to");
            Ok(None)
        }
        Tail::Resume { at } => {
            if at < usage.size {
                let cut = usage.size - at;
                tracing::info!(path = %path.display(), cut, "cut a write off that was torn");
            }
            rewind(&file, at).map_err(Error::io("truncate", &path))?;
            usage.size = at;
            Ok(Some(Active { id, file: Arc::new(file), end: at }))
        }
    }
}
