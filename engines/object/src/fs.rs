//! The folder's layout, its ids, and every read of it; what is written is `zone.rs`'s.
//!
//! ```text
//! LOCK                     held while the folder is open
//! generation               how often it was opened; the high bits of every id
//! copies                   how many there are of each blob, unless one
//! packs/<id>.pack          pack.rs
//! files/<xx>/<id>.blob     file.rs; xx are the low bits of the id
//! tmp/                     uploads under way; emptied at open
//! ```
//! With more than one copy the last three are in `az1/`, `az2/`, … each.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::buffer::spare_capacity;

use crate::error::{Error, Result};
use crate::zone::{Place, Zone};
use crate::{copies, generation};

/// Storage faults on demand. The default of each method is that nothing is wrong.
pub trait Faults: Send + Sync {
    /// Called before a write of `want` bytes; how many of them the device takes (a short write if
    /// fewer), or why it refuses.
    fn write(&self, want: usize) -> io::Result<usize> {
        Ok(want)
    }

    /// Called before a sync.
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// An open data folder.
pub(crate) struct Folder {
    /// At least one.
    pub zones: Vec<Zone>,
    next_id: AtomicU64,
    /// Ids below this were given out before this opening.
    pub horizon: u64,
    /// Keeps the lock until drop.
    _lock: File,
}

impl Folder {
    /// Opens or creates the folder, takes its lock, and removes what unfinished uploads left.
    /// `copies`: as many as before if not said.
    pub fn open(
        root: &Path,
        strict: bool,
        faults: Option<Arc<dyn Faults>>,
        copies: Option<u8>,
    ) -> Result<Folder> {
        fs::create_dir_all(root).map_err(Error::io("create", root))?;
        let lock_path = root.join("LOCK");
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(Error::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::Locked(root.to_owned())),
            Err(fs::TryLockError::Error(e)) => return Err(Error::io("lock", &lock_path)(e)),
        }
        let mut zones = Vec::new();
        for (number, root) in copies::zones(root, copies)?.into_iter().enumerate() {
            zones.push(Zone::open(number as u8, root, strict, faults.clone())?);
        }
        let horizon = generation::begin(root, &zones)?;
        Ok(Folder { zones, next_id: AtomicU64::new(horizon + 1), horizon, _lock: lock })
    }

    /// An id never given before in this folder, for a file or a pack of that place.
    pub fn new_id(&self, place: Place) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed) | place.bits()
    }

    /// The zones of a place, lost or not.
    pub fn zones(&self, place: Place) -> impl Iterator<Item = &Zone> {
        self.zones.iter().filter(move |zone| place.has(zone.number))
    }

    /// The zones of a place that can be reached.
    pub fn there(&self, place: Place) -> impl Iterator<Item = &Zone> {
        self.zones(place).filter(|zone| !zone.is_lost())
    }

    /// Whether all zones of a place can be reached.
    pub fn is_whole(&self, place: Place) -> bool {
        !self.zones(place).any(Zone::is_lost)
    }

    /// The place of what is to be kept in one zone, or in all.
    pub fn place(&self, one_zone: bool) -> Result<Place> {
        if !one_zone || self.zones.len() == 1 {
            return Ok(Place::All);
        }
        self.there(Place::All).next().map(|zone| Place::One(zone.number)).ok_or(Error::Lost)
    }

    pub fn zone(&self, number: u8) -> Option<&Zone> {
        self.zones.get(usize::from(number))
    }
}

/// Reads `len` bytes at `offset`; fewer only at the end of the file.
pub(crate) fn read_at(file: &File, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        let at = offset.saturating_add(bytes.len() as u64);
        match rustix::io::pread(file, spare_capacity(&mut bytes), at) {
            Ok(0) => break,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
    // The allocator may have given, and the read filled, more room than asked for.
    bytes.truncate(len);
    Ok(bytes)
}

/// Reads `len` bytes if that needs no waiting: all of them are in the page cache.
#[cfg(target_os = "linux")]
pub(crate) fn read_cached(file: &File, offset: u64, len: usize) -> Option<Vec<u8>> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut bytes = vec![0; len];
    let mut buffers = [io::IoSliceMut::new(&mut bytes)];
    let read = preadv2(file, &mut buffers, offset, ReadWriteFlags::NOWAIT).ok()?;
    (read == len).then_some(bytes)
}

/// Other systems cannot tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn read_cached(_file: &File, _offset: u64, _len: usize) -> Option<Vec<u8>> {
    None
}

/// The names in a directory that are UTF-8, as all of ours are.
pub(crate) fn list(dir: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", dir)(e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("list", dir))?;
        if let Ok(name) = entry.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

/// The id in `<id>.<extension>`; `None` for names that are not ours.
pub(crate) fn parse_name(name: &str, extension: &str) -> Option<u64> {
    let hex = name.strip_suffix(extension)?.strip_suffix('.')?;
    // Compared, because the parser also takes signs and capitals.
    u64::from_str_radix(hex, 16).ok().filter(|id| format!("{id:016x}") == hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Folder::open(dir.path(), false, None, None).unwrap();
        assert!(matches!(Folder::open(dir.path(), false, None, None), Err(Error::Locked(_))));
    }

    #[test]
    fn only_our_names_are_ids() {
        assert_eq!(parse_name("00000000000000ff.pack", "pack"), Some(255));
        for name in ["ff.pack", "00000000000000ff.blob", "+0000000000000ff.pack", "lost+found"] {
            assert_eq!(parse_name(name, "pack"), None, "{name}");
        }
    }
}
