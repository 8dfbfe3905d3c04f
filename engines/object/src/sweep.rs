//! Removing what crashes left behind: bytes that were stored but never came to be named by a row,
//! and bytes whose row went away before they did. Touches nothing this run has written.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::Inner;
use crate::blob::{BlobId, Home};
use crate::error::{Error, Result};
use crate::fs::{list, parse_name};
use crate::pack::{ENTRY, HEADER, Step, Walk};
use crate::packs::PackUsage;
use crate::store::{Disk, Store};

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
}

/// Walks what earlier runs left. Blocks.
pub(crate) fn sweep(inner: &Inner, is_live: &dyn Fn(&BlobId) -> bool) -> Result<SweepReport> {
    let mut report = SweepReport::default();
    let Store::Disk(disk) = &inner.store else { return Ok(report) };
    for shard in 0..=u8::MAX {
        let dir = disk.folder.shard(shard);
        for name in list(&dir)? {
            let Some(id) = parse_name(&name, "blob") else { continue };
            if id < disk.folder.horizon {
                sweep_file(inner, disk, &dir.join(name), id, is_live, &mut report)?;
            }
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
    path: &Path,
    id: u64,
    is_live: &dyn Fn(&BlobId) -> bool,
    report: &mut SweepReport,
) -> Result<()> {
    // A file that vanished meanwhile was deleted through the front door.
    let Ok(size) = path.metadata().map(|metadata| metadata.len()) else { return Ok(()) };
    if is_live(&BlobId::File(id)) {
        disk.tally.add(1, size as i64);
        return Ok(());
    }
    inner.remove(&[Home::File(id)])?;
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
    let pack = usage.pack;
    let Some(end) = disk.packs.written_before(pack, usage.size) else { return Ok(()) };
    let path = disk.folder.path(Home::Pack(pack));
    let Ok(file) = File::open(&path) else { return Ok(()) };
    let (mut live, mut damaged) = (false, false);
    for step in Walk::new(&file, pack, HEADER, end) {
        match step.map_err(Error::io("read", &path))? {
            Step::Damage { .. } => damaged = true,
            Step::Entry(entry) if is_live(&BlobId::Packed { pack, offset: entry.offset }) => {
                live = true;
            }
            Step::Entry(entry) => {
                disk.packs.add_dead(pack, u64::from(entry.len));
                report.dead_bytes += ENTRY + u64::from(entry.len);
            }
        }
    }
    report.packs_damaged += u64::from(damaged);
    if !live && !damaged && !disk.packs.is_active(pack) && end == usage.size {
        inner.remove(&[Home::Pack(pack)])?;
        report.packs_removed += 1;
    }
    Ok(())
}
