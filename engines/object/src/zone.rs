//! Zones: places that each keep a copy of every blob, or of some blobs the only one. Every write,
//! sync and removal in one of them is here, so that a test can make any of them fail.
//!
//! With one copy the zone is the folder itself. With more they are `az1`, `az2`, … under it, and
//! each may be another disk. A blob is at the same place of the same file in each of its zones; which
//! zones these are its id tells, so that nobody has to look it up.

use std::fs::{self, File};
use std::io::{self, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::blob::Home;
use crate::error::{Error, Result};
use crate::fs::Faults;

/// An id with this bit set is kept in one zone, whose number is in the bits below it. Ids count to
/// less than these bits within one opening of the folder.
const ONE_ZONE: u64 = 1 << 39;
const NUMBER_SHIFT: u32 = 36;
const NUMBER_MASK: u64 = 0b111;
/// Zones at most.
pub(crate) const ZONES_MAX: u8 = 3;

/// Where a blob is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In every zone.
    All,
    /// In the zone of this number only.
    One(u8),
}

impl Place {
    /// The place that an id tells.
    pub fn of(id: u64) -> Place {
        match id & ONE_ZONE {
            0 => Place::All,
            _ => Place::One((id >> NUMBER_SHIFT & NUMBER_MASK) as u8),
        }
    }

    /// The bits of an id that tell the place.
    pub fn bits(self) -> u64 {
        match self {
            Place::All => 0,
            Place::One(zone) => ONE_ZONE | u64::from(zone) << NUMBER_SHIFT,
        }
    }

    pub fn has(self, zone: u8) -> bool {
        match self {
            Place::All => true,
            Place::One(one) => one == zone,
        }
    }
}

/// One zone of an open folder.
pub(crate) struct Zone {
    pub number: u8,
    root: PathBuf,
    /// Syncs are skipped when false.
    strict: bool,
    faults: Option<Arc<dyn Faults>>,
    shards: [AtomicBool; 256],
    /// Out of reach: nothing is read from it or begun in it.
    lost: AtomicBool,
}

impl Zone {
    /// Makes the zone's folders and removes what unfinished uploads left.
    pub fn open(
        number: u8,
        root: PathBuf,
        strict: bool,
        faults: Option<Arc<dyn Faults>>,
    ) -> Result<Zone> {
        for name in ["packs", "files", "tmp"] {
            let dir = root.join(name);
            fs::create_dir_all(&dir).map_err(Error::io("create", &dir))?;
        }
        let temps = root.join("tmp");
        for name in crate::fs::list(&temps)? {
            let path = temps.join(name);
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
        let shards = std::array::from_fn(|_| AtomicBool::new(false));
        Ok(Zone { number, root, strict, faults, shards, lost: AtomicBool::new(false) })
    }

    /// Its name, such as `az1`.
    pub fn name(&self) -> String {
        format!("az{}", self.number + 1)
    }

    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    pub fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Ordering::Release);
    }

    pub fn packs(&self) -> PathBuf {
        self.root.join("packs")
    }

    pub fn temp(&self, id: u64) -> PathBuf {
        self.root.join("tmp").join(format!("{id:016x}"))
    }

    pub fn shard(&self, shard: u8) -> PathBuf {
        self.root.join("files").join(format!("{shard:02x}"))
    }

    pub fn path(&self, home: Home) -> PathBuf {
        match home {
            Home::File(id) => self.shard(id as u8).join(format!("{id:016x}.blob")),
            Home::Pack(id) => self.packs().join(format!("{id:016x}.pack")),
        }
    }

    /// Moves a finished temporary file to its place and makes the name durable.
    pub fn publish(&self, temp: &Path, home: Home) -> Result<()> {
        let dir = match home {
            Home::File(id) => self.make_shard(id as u8)?,
            Home::Pack(_) => self.packs(),
        };
        let path = self.path(home);
        fs::rename(temp, &path).map_err(Error::io("rename to", &path))?;
        self.sync_dir(&dir).inspect_err(|_| _ = fs::remove_file(&path))
    }

    fn make_shard(&self, number: u8) -> Result<PathBuf> {
        let shard = self.shard(number);
        let made = &self.shards[usize::from(number)];
        if !made.load(Ordering::Acquire) {
            fs::create_dir_all(&shard).map_err(Error::io("create", &shard))?;
            self.sync_dir(&self.root.join("files"))?;
            made.store(true, Ordering::Release);
        }
        Ok(shard)
    }

    /// Removes a file or pack; its size on disk, or `None` if it had gone before. The name's
    /// removal is not synced: if it comes back after a power loss, the next sweep removes it.
    pub fn unlink(&self, home: Home) -> Result<Option<u64>> {
        let path = self.path(home);
        let removed = fs::metadata(&path).and_then(|m| fs::remove_file(&path).map(|()| m.len()));
        match removed {
            Ok(size) => Ok(Some(size)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("remove", &path)(e)),
        }
    }

    /// Writes all of `slices` at the file's cursor.
    pub fn write_all(&self, mut file: &File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            let wrote = match &self.faults {
                None => file.write_vectored(slices),
                Some(faults) => {
                    let allowed = faults.write(slices.iter().map(|s| s.len()).sum())?;
                    file.write(&slices[0][..allowed.min(slices[0].len())])
                }
            };
            match wrote {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => IoSlice::advance_slices(&mut slices, n),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Makes a file's bytes durable, unless durability is relaxed.
    pub fn sync_data(&self, file: &File) -> io::Result<()> {
        if !self.strict {
            return Ok(());
        }
        if let Some(faults) = &self.faults {
            faults.sync()?;
        }
        file.sync_data()
    }

    /// Makes the names in a directory durable, unless durability is relaxed.
    pub fn sync_dir(&self, dir: &Path) -> Result<()> {
        if !self.strict {
            return Ok(());
        }
        if let Some(faults) = &self.faults {
            faults.sync().map_err(Error::io("sync", dir))?;
        }
        File::open(dir).and_then(|d| d.sync_all()).map_err(Error::io("sync", dir))
    }

    /// Takes disk space for `len` bytes ahead of the writes, so that a full disk shows early and
    /// the file lies in few extents. Best effort where the file system cannot.
    pub fn reserve(&self, file: &File, len: u64) -> io::Result<()> {
        if let Some(faults) = &self.faults {
            faults.write(0)?;
        }
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{FallocateFlags, fallocate};
            match fallocate(file, FallocateFlags::KEEP_SIZE, 0, len).map_err(io::Error::from) {
                Err(e) if e.kind() == io::ErrorKind::StorageFull => return Err(e),
                _ => {}
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (file, len);
        Ok(())
    }
}

/// Does `work` for all of `items` at once, this thread for the first; the first error of any.
pub(crate) fn in_parallel<T: Sync>(
    items: &[T],
    work: impl Fn(&T) -> Result<()> + Sync,
) -> Result<()> {
    let [first, others @ ..] = items else { return Ok(()) };
    if others.is_empty() {
        return work(first);
    }
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = others.iter().map(|item| scope.spawn(move || work(item))).collect();
        let mut result = work(first);
        for other in others {
            result = result.and(other.join().unwrap_or(Err(Error::Stopped)));
        }
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_place() {
        for place in [Place::All, Place::One(0), Place::One(2)] {
            for id in [1, 7 << 40 | 12_345, !(0xf << NUMBER_SHIFT)] {
                assert_eq!(Place::of(id | place.bits()), place);
            }
        }
        assert!(Place::All.has(1) && Place::One(1).has(1) && !Place::One(1).has(0));
    }

    #[test]
    fn the_first_error_of_any_is_reported_and_all_are_done() {
        let done = std::sync::atomic::AtomicU32::new(0);
        let work = |item: &u32| {
            done.fetch_add(1, Ordering::SeqCst);
            if *item == 2 { Err(Error::Broken) } else { Ok(()) }
        };
        assert!(in_parallel(&[1, 3], work).is_ok());
        assert!(matches!(in_parallel(&[1, 2, 3], work), Err(Error::Broken)));
        assert_eq!(done.load(Ordering::SeqCst), 5);
        assert!(in_parallel(&[], work).is_ok());
    }
}
