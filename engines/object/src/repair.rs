//! Making whole what a zone lacks: copies that do not verify or are not there, and what should not be
//! there any more. Done in the background by one thread, from the copies of other zones.
//!
//! What is to be done is known to the process only. What it did not come to is found anew: the missing
//! by the sweep of the next start, the damaged by whoever next reads it.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::IoSlice;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;

use crate::Inner;
use crate::blob::{BlobId, Home};
use crate::error::{Error, Result};
use crate::file::{self, FileSink};
use crate::fs::{Folder, read_at};
use crate::pack::{self, Entry, Found, HEADER, Step, Walk};
use crate::store::{Disk, Store};
use crate::zone::{ZONES_MAX, Zone};

/// Tasks known at a time; what is beyond is left to be found again.
const TASKS_MAX: usize = 1 << 20;
/// Bytes of a file copied at a time.
const CHUNK: u64 = 1 << 20;

/// Something to be done in one zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    /// One entry of a pack is not what was written.
    Entry { zone: u8, pack: u64, entry: Entry },
    /// A file or pack is missing, or not whole.
    Home { zone: u8, home: Home },
    /// A file or pack was let go while the zone could not be reached.
    Remove { zone: u8, home: Home },
}

impl Task {
    fn zone(self) -> u8 {
        match self {
            Task::Entry { zone, .. } | Task::Home { zone, .. } | Task::Remove { zone, .. } => zone,
        }
    }

    fn home(self) -> Home {
        match self {
            Task::Entry { pack, .. } => Home::Pack(pack),
            Task::Home { home, .. } | Task::Remove { home, .. } => home,
        }
    }
}

/// How a zone stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneReport {
    /// Such as `az1`.
    pub name: String,
    /// Whether it is out of reach.
    pub lost: bool,
    /// Copies found damaged or missing when they were read, since the folder was opened.
    pub damaged: u64,
    /// Copies made whole, or made, since then.
    pub repaired: u64,
    /// Copies that could not be, because no other one is whole.
    pub failed: u64,
    /// What is still to be done.
    pub waiting: u64,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    damaged: u64,
    repaired: u64,
    failed: u64,
}

/// What is to be done, and who does it.
#[derive(Default)]
pub(crate) struct Repairs {
    work: Mutex<Work>,
    inner: OnceLock<Weak<Inner>>,
}

#[derive(Default)]
struct Work {
    tasks: VecDeque<Task>,
    /// Those that wait until a zone can be reached again.
    parked: Vec<Task>,
    /// All of these and the one being done.
    known: HashSet<Task>,
    running: bool,
    counts: [Counts; ZONES_MAX as usize],
}

impl Repairs {
    /// From now on there is someone to do it.
    pub fn begin(&self, inner: &Arc<Inner>) {
        if self.inner.set(Arc::downgrade(inner)).is_ok() {
            self.go_on();
        }
    }

    /// A reader met a copy that is not what it should be.
    pub fn damaged(&self, task: Task) {
        let counted = self.work.lock().known.contains(&task);
        if !counted {
            self.count(task.zone(), |counts| counts.damaged += 1);
        }
        self.want(task);
    }

    /// Has something done, once.
    pub fn want(&self, task: Task) {
        let mut work = self.work.lock();
        if work.known.len() >= TASKS_MAX || !work.known.insert(task) {
            return;
        }
        work.tasks.push_back(task);
        drop(work);
        self.go_on();
    }

    /// Begins to do what can be done, if nobody does.
    pub fn go_on(&self) {
        let Some(inner) = self.inner.get().cloned() else { return };
        let mut work = self.work.lock();
        if work.running || work.tasks.is_empty() {
            return;
        }
        let begun =
            std::thread::Builder::new().name("object repairs".to_owned()).spawn(move || {
                while let Some(inner) = inner.upgrade() {
                    if !inner.repair_one() {
                        return;
                    }
                }
            });
        work.running = begun.is_ok();
    }

    /// A zone can be reached again.
    pub fn zone_found(&self) {
        let mut work = self.work.lock();
        let parked = std::mem::take(&mut work.parked);
        work.tasks.extend(parked);
        drop(work);
        self.go_on();
    }

    /// The next task in a zone that can be reached; with none, nobody is at work any more.
    fn next(&self, folder: &Folder) -> Option<Task> {
        let mut work = self.work.lock();
        while let Some(task) = work.tasks.pop_front() {
            if folder.zone(task.zone()).is_some_and(|zone| !zone.is_lost()) {
                return Some(task);
            }
            work.parked.push(task);
        }
        work.running = false;
        None
    }

    fn park(&self, task: Task) {
        self.work.lock().parked.push(task);
    }

    fn over(&self, task: Task) {
        self.work.lock().known.remove(&task);
    }

    fn count(&self, zone: u8, change: impl FnOnce(&mut Counts)) {
        if let Some(counts) = self.work.lock().counts.get_mut(usize::from(zone)) {
            change(counts);
        }
    }

    pub fn report(&self, zone: &Zone) -> ZoneReport {
        let work = self.work.lock();
        let counts = work.counts.get(usize::from(zone.number)).copied().unwrap_or_default();
        ZoneReport {
            name: zone.name(),
            lost: zone.is_lost(),
            damaged: counts.damaged,
            repaired: counts.repaired,
            failed: counts.failed,
            waiting: work.known.iter().filter(|task| task.zone() == zone.number).count() as u64,
        }
    }
}

impl Inner {
    /// Does one task; false when there is none.
    fn repair_one(&self) -> bool {
        let Store::Disk(disk) = &self.store else { return false };
        let Some(task) = disk.repairs.next(&disk.folder) else { return false };
        let Some(zone) = disk.folder.zone(task.zone()) else { return true };
        let result = self.repair(disk, zone, task);
        let (name, home) = (zone.name(), task.home());
        if matches!(result, Err(Error::Lost)) || result.is_err() && zone.is_lost() {
            disk.repairs.park(task);
            return true;
        }
        disk.repairs.over(task);
        match result {
            Ok(true) => {
                disk.repairs.count(zone.number, |counts| counts.repaired += 1);
                tracing::info!(zone = name, ?home, "a copy was repaired");
            }
            // It was let go meanwhile, or removed as it should be.
            Ok(false) => {}
            Err(error) => {
                disk.repairs.count(zone.number, |counts| counts.failed += 1);
                tracing::error!(zone = name, ?home, %error, "a copy cannot be repaired");
            }
        }
        true
    }

    /// Whether a copy was made whole.
    fn repair(&self, disk: &Disk, zone: &Zone, task: Task) -> Result<bool> {
        let home = task.home();
        if let Task::Remove { .. } = task {
            return zone.unlink(home).map(|_| false);
        }
        if self.pins.take(&[home]).is_err() {
            return Ok(false);
        }
        let repaired = match task {
            Task::Entry { pack, entry, .. } => disk.repair_entry(zone, pack, entry),
            _ => disk.repair_home(zone, home),
        };
        let unlink = self.pins.release(&[home]);
        let unlinked = self.unlink(&unlink);
        let repaired = repaired?;
        unlinked.map(|()| repaired)
    }
}

impl Disk {
    fn repair_home(&self, zone: &Zone, home: Home) -> Result<bool> {
        let repaired = match home {
            Home::File(id) => self.repair_file(zone, id),
            Home::Pack(pack) => self.repair_pack(zone, pack),
        };
        self.handles.close((zone.number, home));
        repaired
    }

    /// What follows from no other copy being whole.
    fn beyond_help(&self, home: Home, error: Error) -> Error {
        match self.folder.zones(home.place()).any(Zone::is_lost) {
            true => Error::Lost,
            false => error,
        }
    }

    /// The zones that may help out.
    fn others(&self, zone: &Zone, home: Home) -> impl Iterator<Item = &Zone> {
        let number = zone.number;
        self.folder.there(home.place()).filter(move |other| other.number != number)
    }

    /// Writes a file anew from another that verifies.
    fn repair_file(&self, zone: &Zone, id: u64) -> Result<bool> {
        let home = Home::File(id);
        let mut result = Err(Error::NotFound(BlobId::File(id)));
        for other in self.others(zone, home) {
            result = file::open_any(other, id).and_then(|(file, len)| {
                let mut sink = FileSink::replace(&self.folder, zone, id)?;
                let mut at = 0;
                while at < len {
                    let end = len.min(at + CHUNK);
                    sink.write(&[file::read(&file, id, len, at..end)?])?;
                    at = end;
                }
                sink.finish()
            });
            if result.is_ok() {
                break;
            }
        }
        match result {
            Ok(_) => Ok(true),
            Err(e) => match self.beyond_help(home, e) {
                // It was let go, here too.
                Error::NotFound(_) if !zone.path(home).exists() => Ok(false),
                e => Err(e),
            },
        }
    }

    /// Writes an entry's payload anew, where it is: who reads it meanwhile finds it damaged still.
    fn repair_entry(&self, zone: &Zone, pack: u64, entry: Entry) -> Result<bool> {
        let home = Home::Pack(pack);
        let path = zone.path(home);
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(_) => return self.repair_home(zone, home),
        };
        let len = file.metadata().map_err(Error::io("look at", &path))?.len();
        if len < entry.end() {
            return self.repair_home(zone, home);
        }
        let blob = BlobId::Packed { pack, offset: entry.offset };
        for other in self.others(zone, home) {
            let Ok(copy) = File::open(other.path(home)) else { continue };
            let Ok(Some(payload)) = entry.read(&copy) else { continue };
            let write = file.write_all_at(&payload, entry.offset);
            let write = write.and_then(|()| zone.sync_data(&file));
            write.map_err(Error::io("write", &path))?;
            return Ok(true);
        }
        Err(self.beyond_help(home, Error::Corrupt { blob, offset: 0 }))
    }

    /// Writes a pack anew from all its copies, each entry from one that verifies.
    fn repair_pack(&self, zone: &Zone, pack: u64) -> Result<bool> {
        let home = Home::Pack(pack);
        // Nothing is added to it from here on.
        self.packs.seal(pack);
        let Some(end) = self.packs.end(pack) else { return Ok(false) };
        let here = File::open(zone.path(home)).ok();
        if here.is_none() && self.others(zone, home).next().is_none() {
            return Err(Error::Lost);
        }
        let others = self.others(zone, home).filter_map(|z| File::open(z.path(home)).ok());
        let copies: Vec<File> = others.chain(here).collect();
        let Some(first) = copies.first() else { return Ok(false) };
        let temp = zone.temp(self.folder.new_id(home.place()));
        let failed = |e| Error::io("write", &temp)(e);
        let write = || {
            let file = File::create_new(&temp).map_err(failed)?;
            zone.write_all(&file, &mut [IoSlice::new(&pack::header(pack))]).map_err(failed)?;
            for step in Walk::new(&copies, pack, HEADER, end) {
                match step.map_err(failed)? {
                    Step::Entry(found) => {
                        let Found { entry, .. } = found;
                        let whole = copies.iter().find_map(|copy| entry.read(copy).ok().flatten());
                        let head = found.head(pack);
                        zone.write_all(&file, &mut [IoSlice::new(&head)]).map_err(failed)?;
                        match whole {
                            Some(payload) => {
                                let mut slices = [IoSlice::new(&payload)];
                                zone.write_all(&file, &mut slices).map_err(failed)?;
                            }
                            None => as_it_is(zone, first, &file, entry.offset..entry.end())?,
                        }
                    }
                    Step::Damage { from, to } => as_it_is(zone, first, &file, from..to)?,
                }
            }
            pack::mark_synced(&file, pack, end).map_err(failed)?;
            zone.sync_data(&file).map_err(failed)?;
            zone.publish(&temp, home)
        };
        let written = write();
        if written.is_err() {
            _ = fs::remove_file(&temp);
        }
        written.map(|()| true)
    }
}

/// Copies bytes that verify nowhere.
fn as_it_is(zone: &Zone, from: &File, to: &File, range: Range<u64>) -> Result<()> {
    let failed = |e| Error::io("write", &zone.packs())(e);
    let mut at = range.start;
    while at < range.end {
        let len = CHUNK.min(range.end - at) as usize;
        let mut bytes = read_at(from, at, len).map_err(failed)?;
        bytes.resize(len, 0);
        zone.write_all(to, &mut [IoSlice::new(&bytes)]).map_err(failed)?;
        at += len as u64;
    }
    Ok(())
}
