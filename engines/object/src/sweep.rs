//! Removing what crashes left behind: bytes that were stored but never came to be named by a row,
//! and bytes whose row went away before they did. Touches nothing this run has written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::atomic::Ordering;

use crate::Inner;
use crate::blob::{BlobId, Home};
use crate::error::{Error, Result};
use crate::fs::{list, parse_name};
use crate::pack::{ENTRY, HEADER, Step, Walk};
use crate::packs::PackUsage;
use crate::repair::Task;
use crate::store::{Disk, Store};
use crate::zone::{Place, Zone};

/// What a sweep found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Orphan files removed, and their bytes.
    pub files_removed: u64,
    pub bytes_removed: u64,
    /// Packs removed because nothing in them is live.
    pub packs_removed: u64,
    /// Bytes in packs newly known to be dead; compaction gets them back.
    pub dead_bytes: u64,
    /// Packs with bytes that are no entry. They are kept, and so is what lives in them.
    pub packs_damaged: u64,
    /// Copies of files and packs that a zone lacks, or has in part. They are being made.
    pub copies_missing: u64,
}

/// Walks what earlier runs left. Blocks.
pub(crate) fn sweep(inner: &Inner, is_live: &dyn Fn(&BlobId) -> bool) -> Result<SweepReport> {
    let mut report = SweepReport::default();
    let Store::Disk(disk) = &inner.store else { return Ok(report) };
    for shard in 0..=u8::MAX {
        // Which zones a file is in.
        let mut found: BTreeMap<u64, Vec<&Zone>> = BTreeMap::new();
        for zone in disk.folder.there(Place::All) {
            for name in list(&zone.shard(shard))? {
                let id = parse_name(&name, "blob").filter(|id| *id < disk.folder.horizon);
                if let Some(id) = id {
                    found.entry(id).or_default().push(zone);
                }
            }
        }
        for (id, zones) in found {
            sweep_file(inner, disk, id, &zones, is_live, &mut report)?;
        }
    }
    disk.tally.swept.store(true, Ordering::Relaxed);
    for usage in disk.packs.usage() {
        sweep_pack(inner, disk, usage, is_live, &mut report)?;
    }
    Ok(report)
}

fn sweep_file(
    inner: &Inner,
    disk: &Disk,
    id: u64,
    zones: &[&Zone],
    is_live: &dyn Fn(&BlobId) -> bool,
    report: &mut SweepReport,
) -> Result<()> {
    let home = Home::File(id);
    let size_in = |zone: &Zone| zone.path(home).metadata().ok().map(|metadata| metadata.len());
    // A file that vanished meanwhile was deleted through the front door.
    let Some(size) = zones.iter().filter_map(|zone| size_in(zone)).max() else { return Ok(()) };
    if is_live(&BlobId::File(id)) {
        disk.tally.add(1, size as i64);
        if disk.folder.zones.len() > 1 {
            for zone in disk.folder.zones(home.place()) {
                if size_in(zone) != Some(size) {
                    disk.repairs.want(Task::Home { zone: zone.number, home });
                    report.copies_missing += 1;
                }
            }
        }
        return Ok(());
    }
    inner.remove(&[home])?;
    report.files_removed += 1;
    report.bytes_removed += size;
    Ok(())
}

fn sweep_pack(
    inner: &Inner,
    disk: &Disk,
    usage: PackUsage,
    is_live: &dyn Fn(&BlobId) -> bool,
    report: &mut SweepReport,
) -> Result<()> {
    let (pack, home) = (usage.pack, Home::Pack(usage.pack));
    let Some(end) = disk.packs.written_before(pack, usage.size) else { return Ok(()) };
    let zones: Vec<&Zone> = disk.folder.zones(home.place()).collect();
    let open = |zone: &&Zone| Some((zone.number, File::open(zone.path(home)).ok()?));
    let copies: Vec<(u8, File)> = zones.iter().filter_map(open).collect();
    let Some((first, _)) = copies.first() else { return Ok(()) };
    let path = || disk.folder.zone(*first).map(|zone| zone.path(home)).unwrap_or_default();
    let files: Vec<&File> = copies.iter().map(|(_, file)| file).collect();
    // Zones whose copy is not there, or lacks something.
    let there = |zone: u8| copies.iter().any(|(number, _)| *number == zone);
    let mut lacking: BTreeSet<u8> =
        zones.iter().map(|zone| zone.number).filter(|zone| !there(*zone)).collect();
    let (mut live, mut damaged) = (false, false);
    for step in Walk::new(&files, pack, HEADER, end) {
        match step.map_err(|e| Error::io("read", &path())(e))? {
            Step::Damage { .. } => damaged = true,
            Step::Entry(found) => {
                let entry = found.entry;
                if zones.len() > 1 {
                    let bare = copies.iter().filter(|(_, file)| !found.is_headed(file, pack));
                    lacking.extend(bare.map(|(zone, _)| *zone));
                }
                if is_live(&BlobId::Packed { pack, offset: entry.offset }) {
                    live = true;
                } else {
                    disk.packs.add_dead(pack, u64::from(entry.len));
                    report.dead_bytes += ENTRY + u64::from(entry.len);
                }
            }
        }
    }
    report.packs_damaged += u64::from(damaged);
    if !live && !damaged && !disk.packs.is_active(pack) && end == usage.size {
        inner.remove(&[home])?;
        report.packs_removed += 1;
        return Ok(());
    }
    for zone in lacking {
        disk.repairs.want(Task::Home { zone, home });
        report.copies_missing += 1;
    }
    Ok(())
}
