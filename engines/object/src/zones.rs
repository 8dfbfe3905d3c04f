//! What an operator sees of the zones, and what is done to them on order: to damage bytes, to lose a
//! zone and to find it again.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;

use crate::blob::{BlobId, BlobRef, Home};
use crate::error::{Error, Result};
use crate::fs::read_at;
use crate::repair::ZoneReport;
use crate::store::{Disk, Store};
use crate::write::blocking;
use crate::zone::Zone;
use crate::{Objects, file};

/// What a byte is changed by.
const FLIP: u8 = 0x40;

impl Objects {
    /// How the zones stand; none in memory.
    pub fn zones(&self) -> Vec<ZoneReport> {
        match &self.inner.store {
            Store::Disk(disk) => {
                disk.folder.zones.iter().map(|zone| disk.repairs.report(zone)).collect()
            }
            Store::Memory(_) => Vec::new(),
        }
    }

    /// Puts a zone out of reach, or back; false if there is none of that name. What is written
    /// meanwhile goes to the others, what is let go is let go there, and both is made up for when
    /// the zone is back.
    pub fn set_lost(&self, zone: &str, lost: bool) -> bool {
        let Store::Disk(disk) = &self.inner.store else { return false };
        let Some(zone) = disk.folder.zones.iter().find(|other| other.name() == zone) else {
            return false;
        };
        if zone.is_lost() == lost {
            return true;
        }
        zone.set_lost(lost);
        if lost {
            disk.packs.zone_lost(zone.number);
            tracing::warn!(zone = zone.name(), "a zone is lost");
        } else {
            tracing::info!(zone = zone.name(), "a zone is back");
            disk.repairs.zone_found();
        }
        true
    }

    /// Changes bytes of a blob where one zone keeps them, on the disk, as a failing one would: a bit
    /// of every checksummed block. How many bytes were changed: none if the zone has none of it.
    pub async fn damage(&self, blob: &BlobRef, zone: &str) -> Result<u64> {
        let (inner, blob, zone) = (self.inner.clone(), blob.clone(), zone.to_owned());
        blocking(move || {
            let Store::Disk(disk) = &inner.store else { return Ok(0) };
            let Some(zone) = disk.folder.zones.iter().find(|other| other.name() == zone) else {
                return Ok(0);
            };
            let parts = match &blob {
                BlobRef::Chain(parts) => parts.as_slice(),
                single => std::slice::from_ref(single),
            };
            parts.iter().try_fold(0, |sum, part| Ok(sum + damage_one(disk, zone, part)?))
        })
        .await
    }
}

fn damage_one(disk: &Disk, zone: &Zone, part: &BlobRef) -> Result<u64> {
    // Entries that were written but not synced yet are there all the same.
    let (home, offsets) = match *part.bare() {
        BlobRef::Packed { pack, offset, len, .. } => {
            (Home::Pack(pack), vec![offset + u64::from(len) / 2])
        }
        BlobRef::File { id, len } => {
            (Home::File(id), (0..len).step_by(file::BLOCK).collect::<Vec<_>>())
        }
        _ => return Ok(0),
    };
    if !disk.folder.zones(home.place()).any(|kept| kept.number == zone.number) {
        return Ok(0);
    }
    let path = zone.path(home);
    let file = OpenOptions::new().read(true).write(true).open(&path).map_err(|e| {
        match (e.kind(), part.single_id()) {
            (io::ErrorKind::NotFound, Some(id)) => Error::NotFound(id),
            _ => Error::io("open", &path)(e),
        }
    })?;
    for offset in &offsets {
        let byte = read_at(&file, *offset, 1).map_err(Error::io("read", &path))?;
        let [byte] = byte[..] else {
            let blob = part.single_id().unwrap_or(BlobId::File(0));
            return Err(Error::Corrupt { blob, offset: *offset });
        };
        let flipped = file.write_all_at(&[byte ^ FLIP], *offset);
        flipped.map_err(Error::io("write", &path))?;
    }
    file.sync_data().map_err(Error::io("sync", &path))?;
    Ok(offsets.len() as u64)
}
