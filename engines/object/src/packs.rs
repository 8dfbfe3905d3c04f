//! The packs of a folder: one of each place is appended to, all are read. Appends are made durable
//! together by [`Packs::sync`], so many small puts share one sync. How to relocate entries is
//! `compact.rs`'s.
//!
//! A pack is the same file in each of its zones. One that comes to miss a zone, because that is lost
//! or comes back, is followed by the next.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{IoSlice, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::blob::{BlobRef, Home};
use crate::error::{Error, Result};
use crate::fs::{Folder, list, parse_name, read_at};
use crate::pack::{self, ENTRY, Entry, HEADER, LABEL_MAX, Tail};
use crate::repair::{Repairs, Task};
use crate::zone::{Place, Zone, in_parallel};

/// A copy that a crash left behind by more than so many bytes is made anew in the background.
const CATCH_UP_MAX: u64 = 64 << 20;

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
    repairs: Arc<Repairs>,
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
    /// The packs an earlier run left open and this one writes on to, and where this run began.
    resumed: BTreeMap<u64, u64>,
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
    active: BTreeMap<Place, Active>,
    /// Packs with entries since the last sync, and where these end.
    dirty: BTreeMap<u64, (Copies, u64)>,
}

/// A pack's file in each of the zones it is written in, by the number of the zone.
type Copies = Arc<[(u8, File)]>;

struct Active {
    id: u64,
    copies: Copies,
    end: u64,
}

impl Packs {
    pub fn open(folder: &Arc<Folder>, size_max: u64, repairs: &Arc<Repairs>) -> Result<Packs> {
        let mut usage = BTreeMap::new();
        for zone in &folder.zones {
            let dir = zone.packs();
            for name in list(&dir)? {
                let Some(pack) = parse_name(&name, "pack") else { continue };
                let path = dir.join(&name);
                let size = fs::metadata(&path).map_err(Error::io("look at", &path))?.len();
                let usage = usage.entry(pack).or_insert(PackUsage { pack, size, dead: 0 });
                usage.size = usage.size.max(size);
            }
        }
        let mut active = BTreeMap::new();
        let single = folder.zones.iter().map(|zone| Place::One(zone.number));
        for place in std::iter::once(Place::All).chain(single) {
            let last = usage.values_mut().rev().find(|usage| Place::of(usage.pack) == place);
            if let Some(last) = last.filter(|last| last.size < size_max)
                && let Some(resumed) = resume(folder, last)?
            {
                active.insert(place, resumed);
            }
        }
        Ok(Packs {
            folder: folder.clone(),
            repairs: repairs.clone(),
            size_max,
            resumed: active.values().map(|a| (a.id, a.end)).collect(),
            writing: Mutex::new(Writing { active, dirty: BTreeMap::new() }),
            syncing: Mutex::new(()),
            dirty: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            commits: AtomicU64::new(0),
            leases: Mutex::default(),
            usage: Mutex::new(usage),
        })
    }

    /// Appends one entry, `len` bytes in `chunks`, in each zone of the place that can be reached.
    /// Durable after the next [`Packs::sync`]; leased until [`Packs::let_go`].
    pub fn append(
        &self,
        place: Place,
        label: &[u8],
        chunks: &[Bytes],
        len: u32,
        crc: u64,
    ) -> Result<BlobRef> {
        if self.failed.load(Ordering::Acquire) {
            return Err(Error::SyncFailed);
        }
        let mut writing = self.writing.lock();
        let Writing { active, dirty } = &mut *writing;
        if label.len() > LABEL_MAX {
            return Err(Error::Malformed("a label that is too long"));
        }
        let head = ENTRY + label.len() as u64;
        let full = |a: &Active| a.end > HEADER && a.end + head + u64::from(len) > self.size_max;
        let usable = |a: &Active| !full(a) && self.is_where_it_should(a, place);
        if !active.get(&place).is_some_and(usable) {
            active.remove(&place);
            active.insert(place, self.create(place)?);
        }
        let Some(pack) = active.get_mut(&place) else { return Err(Error::Lost) };
        let entry = Entry { offset: pack.end + head, len, crc };
        let head = entry.encode(pack.id, label);
        if let Err(e) = self.write(&pack.copies, &head, chunks) {
            // If the half entry cannot be taken back, the pack ends here and the next is begun.
            let end = pack.end;
            if !pack.copies.iter().all(|(_, file)| rewind(file, end).is_ok()) {
                active.remove(&place);
            }
            return Err(e);
        }
        pack.end = entry.end();
        let id = pack.id;
        self.leases.lock().entry(id).or_default().held += 1;
        dirty.insert(id, (pack.copies.clone(), pack.end));
        self.dirty.store(true, Ordering::Release);
        if let Some(usage) = self.usage.lock().get_mut(&id) {
            usage.size = pack.end;
        }
        Ok(BlobRef::Packed { pack: id, offset: entry.offset, len, crc })
    }

    fn write(&self, copies: &Copies, head: &[u8], chunks: &[Bytes]) -> Result<()> {
        for (zone, file) in copies.iter() {
            let Some(zone) = self.folder.zone(*zone) else { continue };
            let mut slices = Vec::with_capacity(chunks.len() + 1);
            slices.push(IoSlice::new(head));
            slices.extend(chunks.iter().map(|c| IoSlice::new(c)));
            let wrote = zone.write_all(file, &mut slices);
            wrote.map_err(|e| Error::io("append to", &zone.packs())(e))?;
        }
        Ok(())
    }

    /// Whether a pack is written in all zones of its place that can be reached, and in no others.
    fn is_where_it_should(&self, active: &Active, place: Place) -> bool {
        let there = self.folder.there(place).map(|zone| zone.number);
        there.eq(active.copies.iter().map(|(zone, _)| *zone))
    }

    fn create(&self, place: Place) -> Result<Active> {
        let id = self.folder.new_id(place);
        let mut copies = Vec::new();
        for zone in self.folder.there(place) {
            match create_in(zone, id) {
                Ok(file) => copies.push((zone.number, file)),
                Err(e) => {
                    let made = copies.iter().filter_map(|(zone, _)| self.folder.zone(*zone));
                    made.for_each(|zone| _ = zone.unlink(Home::Pack(id)));
                    return Err(e);
                }
            }
        }
        if copies.is_empty() {
            return Err(Error::Lost);
        }
        for zone in self.folder.zones(place) {
            if !copies.iter().any(|(made, _)| *made == zone.number) {
                self.repairs.want(Task::Home { zone: zone.number, home: Home::Pack(id) });
            }
        }
        self.usage.lock().insert(id, PackUsage { pack: id, size: HEADER, dead: 0 });
        Ok(Active { id, copies: copies.into(), end: HEADER })
    }

    /// Makes every entry appended before this call durable, in all zones at once. Cheap when there
    /// is none.
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
        let mut files = Vec::with_capacity(dirty.len());
        for (id, (copies, end)) in &dirty {
            for (zone, file) in copies.iter() {
                let Some(zone) = self.folder.zone(*zone) else { continue };
                if let Err(e) = pack::mark_synced(file, *id, *end) {
                    tracing::warn!(pack = id, error = %e, "the synced mark of a pack is left behind");
                }
                files.push((zone, file, *id));
            }
        }
        let synced = in_parallel(&files, |(zone, file, id)| {
            let path = || zone.path(Home::Pack(*id));
            zone.sync_data(file).map_err(|e| Error::io("sync", &path())(e))
        });
        synced.inspect_err(|_| self.failed.store(true, Ordering::Release))
    }

    /// A zone was lost: what is being written in it will have to be looked after.
    pub fn zone_lost(&self, zone: u8) {
        let writing = self.writing.lock();
        let active = writing.active.values().map(|active| (active.id, &active.copies));
        let dirty = writing.dirty.iter().map(|(id, (copies, _))| (*id, copies));
        for (id, copies) in active.chain(dirty) {
            if copies.iter().any(|(there, _)| *there == zone) {
                self.repairs.want(Task::Home { zone, home: Home::Pack(id) });
            }
        }
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
        self.writing.lock().active.retain(|_, active| active.id != pack);
    }

    pub fn is_active(&self, pack: u64) -> bool {
        self.writing.lock().active.values().any(|active| active.id == pack)
    }

    /// Where the part of `pack` written by earlier runs ends; `None` if all of it is this run's.
    pub fn written_before(&self, pack: u64, size: u64) -> Option<u64> {
        match self.resumed.get(&pack) {
            Some(end) => Some(*end),
            None => (pack < self.folder.horizon).then_some(size),
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

    /// Where a pack ends, as far as it was written.
    pub fn end(&self, pack: u64) -> Option<u64> {
        self.usage.lock().get(&pack).map(|usage| usage.size)
    }

    pub fn usage(&self) -> Vec<PackUsage> {
        self.usage.lock().values().copied().collect()
    }
}

fn create_in(zone: &Zone, id: u64) -> Result<File> {
    let path = zone.path(Home::Pack(id));
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
    let file = file.map_err(Error::io("create", &path))?;
    let write = zone.write_all(&file, &mut [IoSlice::new(&pack::header(id))]);
    let made = write.map_err(Error::io("write", &path)).and_then(|()| zone.sync_dir(&zone.packs()));
    if let Err(e) = made {
        _ = fs::remove_file(&path);
        return Err(e);
    }
    Ok(file)
}

fn rewind(mut file: &File, end: u64) -> std::io::Result<()> {
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end)).map(|_| ())
}

/// One copy of a pack that an earlier run left open.
struct Found<'a> {
    zone: &'a Zone,
    file: File,
    len: u64,
    /// Where its whole entries end.
    at: u64,
}

/// Opens the last pack of an earlier run for more, if its end is understood in every zone.
fn resume(folder: &Folder, usage: &mut PackUsage) -> Result<Option<Active>> {
    let id = usage.pack;
    let (mut found, mut missing) = (Vec::new(), false);
    for zone in folder.zones(Place::of(id)) {
        let path = zone.path(Home::Pack(id));
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            // Another zone has it, or it would not be known.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                missing = true;
                continue;
            }
            Err(e) => return Err(Error::io("open", &path)(e)),
        };
        let len = file.metadata().map_err(Error::io("look at", &path))?.len();
        match pack::tail(&file, id, len).map_err(Error::io("read", &path))? {
            Tail::Keep => {
                let path = path.display();
                tracing::warn!(%path, "a pack is damaged and will not be added to");
                return Ok(None);
            }
            Tail::Resume { at } => found.push(Found { zone, file, len, at }),
        }
    }
    let Some(longest) = found.iter().max_by_key(|copy| copy.at) else { return Ok(None) };
    let end = longest.at;
    if found.iter().any(|copy| end - copy.at > CATCH_UP_MAX) {
        return Ok(None);
    }
    for copy in &found {
        let path = copy.zone.path(Home::Pack(id));
        if copy.at < copy.len {
            let cut = copy.len - copy.at;
            tracing::info!(path = %path.display(), cut, "cut a write off that was torn");
        }
        if copy.at < end {
            catch_up(copy, longest, end).map_err(Error::io("write", &path))?;
        }
        rewind(&copy.file, end).map_err(Error::io("truncate", &path))?;
    }
    usage.size = end;
    if missing {
        return Ok(None);
    }
    let copies = found.into_iter().map(|copy| (copy.zone.number, copy.file)).collect();
    Ok(Some(Active { id, copies, end }))
}

/// Appends what one copy has more than another: a crash came between the two writes, or one of
/// them was torn.
fn catch_up(copy: &Found<'_>, from: &Found<'_>, end: u64) -> std::io::Result<()> {
    let missing = read_at(&from.file, copy.at, (end - copy.at) as usize)?;
    copy.file.write_all_at(&missing, copy.at)?;
    copy.zone.sync_data(&copy.file)?;
    let (zone, bytes) = (copy.zone.name(), missing.len());
    tracing::info!(zone, bytes, "a copy of a pack was brought up to date");
    Ok(())
}
