//! Getting the room of dead entries back: what still lives in a pack is copied to the pack being
//! written, the caller points its rows at the copies, and the old pack goes.
//!
//! Which entries live is the caller's to say; counters only choose where to look.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;

use crate::Inner;
use crate::blob::{BlobId, BlobRef, Home};
use crate::error::{Error, Result};
use crate::lease::Lease;
use crate::pack::{Entry, Found, HEADER, Step, Walk};
use crate::packs::PackUsage;
use crate::store::{Disk, Store};
use crate::write::blocking;
use crate::zone::{Place, Zone};

/// Entries moved in one transaction of the caller, and their bytes.
const BATCH_ENTRIES: usize = 256;
const BATCH_BYTES: u64 = 16 << 20;

/// A blob that was copied; both copies are readable until the pack of the old one goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub old: BlobRef,
    pub new: BlobRef,
}

/// What became of a pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactReport {
    /// Blobs moved, and their bytes.
    pub moved: u64,
    pub moved_bytes: u64,
    /// Live entries whose bytes do not verify; they stay where they are.
    pub corrupt: u64,
    /// True when the pack was removed. It is kept when anything in it is corrupt or damaged.
    pub removed: bool,
}

/// Packs of which at least `dead_ratio` (0 to 1) is dead, the deadest first.
pub(crate) fn candidates(inner: &Inner, dead_ratio: f64) -> Vec<PackUsage> {
    let Store::Disk(disk) = &inner.store else { return Vec::new() };
    let ratio = |usage: &PackUsage| usage.dead as f64 / usage.size.max(1) as f64;
    let mut packs = disk.packs.usage();
    let whole = |usage: &PackUsage| disk.folder.is_whole(Place::of(usage.pack));
    packs.retain(|usage| usage.dead > 0 && ratio(usage) >= dead_ratio && whole(usage));
    packs.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)));
    packs
}

/// Moves what lives in `pack`, batch by batch, then removes it.
pub(crate) async fn compact<L, S, F>(
    inner: &Arc<Inner>,
    pack: u64,
    is_live: L,
    mut swap: S,
) -> Result<CompactReport>
where
    L: Fn(&BlobId) -> bool + Send + Sync + 'static,
    S: FnMut(Vec<Moved>) -> F,
    F: Future<Output = std::io::Result<Vec<bool>>>,
{
    let mut report = CompactReport::default();
    let Store::Disk(disk) = &inner.store else { return Ok(report) };
    disk.packs.seal(pack);
    if !disk.packs.is_settled(pack) {
        return Err(Error::Unsettled(pack));
    }
    let is_live = Arc::new(is_live);
    let mut at = HEADER;
    let mut keep = false;
    loop {
        let (worker, live) = (inner.clone(), is_live.clone());
        let batch = blocking(move || copy_batch(&worker, pack, at, &*live)).await?;
        at = batch.next;
        keep |= batch.damaged || batch.corrupt > 0;
        report.corrupt += batch.corrupt;
        let moved = &batch.moved;
        if !moved.is_empty() {
            let swapped = swap(moved.clone()).await.map_err(|source| {
                // As far as is known; whether a copy lives is asked anew before it goes.
                moved.iter().for_each(|moved| inner.count_dead(&moved.new));
                let path = disk.folder.zones[0].path(Home::Pack(pack));
                Error::Io { doing: "move the blobs of", path, source }
            })?;
            let mut swapped = swapped.into_iter();
            for Moved { new, .. } in moved.iter() {
                if swapped.next() == Some(true) {
                    report.moved += 1;
                    report.moved_bytes += new.len();
                } else {
                    inner.count_dead(new);
                }
            }
        }
        if batch.done {
            break;
        }
    }
    if !keep {
        let worker = inner.clone();
        blocking(move || worker.remove(&[Home::Pack(pack)])).await?;
        report.removed = true;
    }
    Ok(report)
}

/// Packed blobs, each with its label.
pub type Labels = Vec<(BlobId, Vec<u8>)>;

/// The labels of all entries of `pack`; none if one has none, or there are bytes that are no entry.
pub(crate) fn labels(inner: &Inner, pack: u64) -> Result<Option<Labels>> {
    let Store::Disk(disk) = &inner.store else { return Ok(None) };
    let home = Home::Pack(pack);
    let open = |zone: &Zone| File::open(zone.path(home)).ok();
    let copies: Vec<File> = disk.folder.there(home.place()).filter_map(open).collect();
    let Some(end) = disk.packs.end(pack).filter(|_| !copies.is_empty()) else { return Ok(None) };
    let mut labels = Vec::new();
    for step in Walk::new(&copies, pack, HEADER, end) {
        let path = || disk.folder.zones[0].path(home);
        match step.map_err(|e| Error::io("read", &path())(e))? {
            Step::Entry(found) if !found.label.is_empty() => {
                labels.push((BlobId::Packed { pack, offset: found.entry.offset }, found.label));
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(labels))
}

struct Batch {
    moved: Vec<Moved>,
    /// Of the new blobs; let go when the batch is, after the swap.
    leases: Vec<Lease>,
    /// Where the next batch begins.
    next: u64,
    done: bool,
    corrupt: u64,
    damaged: bool,
}

/// Copies the live entries from `at` on until the batch is full, durably.
fn copy_batch(
    inner: &Arc<Inner>,
    pack: u64,
    at: u64,
    is_live: &dyn Fn(&BlobId) -> bool,
) -> Result<Batch> {
    let mut batch = Batch {
        moved: Vec::new(),
        leases: Vec::new(),
        next: at,
        done: true,
        corrupt: 0,
        damaged: false,
    };
    let Store::Disk(disk) = &inner.store else { return Ok(batch) };
    let home = Home::Pack(pack);
    // A zone out of reach may have what the others came to miss.
    if !disk.folder.is_whole(home.place()) {
        return Err(Error::Lost);
    }
    let blob = BlobId::Packed { pack, offset: at };
    let mut copies = Vec::new();
    for zone in disk.folder.zones(home.place()) {
        let path = zone.path(home);
        match File::open(&path) {
            Ok(file) => copies.push(file),
            // Another copy will do.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::io("open", &path)(e)),
        }
    }
    let end = disk.packs.end(pack).filter(|_| !copies.is_empty()).ok_or(Error::NotFound(blob))?;
    let path = disk.folder.zones[0].path(home);
    let mut bytes = 0;
    for step in Walk::new(&copies, pack, at, end) {
        let found = match step.map_err(Error::io("read", &path))? {
            Step::Entry(found) => found,
            Step::Damage { to, .. } => {
                batch.damaged = true;
                batch.next = to;
                continue;
            }
        };
        let entry = found.entry;
        batch.next = entry.end();
        if !is_live(&BlobId::Packed { pack, offset: entry.offset }) {
            continue;
        }
        match copy(disk, &copies, pack, &found)? {
            Some(moved) => {
                batch.leases.push(Lease::new(inner, &moved.new));
                batch.moved.push(moved);
            }
            None => batch.corrupt += 1,
        }
        bytes += u64::from(entry.len);
        if batch.moved.len() == BATCH_ENTRIES || bytes >= BATCH_BYTES {
            batch.done = false;
            break;
        }
    }
    disk.packs.sync()?;
    Ok(batch)
}

fn copy(disk: &Disk, copies: &[File], pack: u64, found: &Found) -> Result<Option<Moved>> {
    let entry @ Entry { offset, len, crc } = found.entry;
    let mut whole = None;
    let mut failed = None;
    for file in copies {
        match entry.read(file) {
            Ok(read) => whole = read,
            Err(e) => failed = Some(e),
        }
        if whole.is_some() {
            break;
        }
    }
    let Some(payload) = whole else {
        let path = || disk.folder.zones[0].path(Home::Pack(pack));
        return failed.map_or(Ok(None), |e| Err(Error::io("read", &path())(e)));
    };
    let new =
        disk.packs.append(Place::of(pack), &found.label, &[Bytes::from(payload)], len, crc)?;
    Ok(Some(Moved { old: BlobRef::Packed { pack, offset, len, crc }, new }))
}
