//! The only module that touches the file system: the folder's layout, its ids, and every write,
//! sync and read, so that a test can make any of them fail.
//!
//! ```text
//! LOCK                     held while the folder is open
//! generation               how often it was opened; the high bits of every id
//! packs/<id>.pack          pack.rs
//! files/<xx>/<id>.blob     file.rs; xx are the low bits of the id
//! tmp/                     uploads under way; emptied at open
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::buffer::spare_capacity;

use crate::blob::Home;
use crate::error::{Error, Result};
use crate::generation;

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
    root: PathBuf,
    /// Syncs are skipped when false.
    strict: bool,
    faults: Option<Arc<dyn Faults>>,
    next_id: AtomicU64,
    /// Ids below this were given out before this opening.
    pub horizon: u64,
    shards: [AtomicBool; 256],
    /// Keeps the lock until drop.
    _lock: File,
}

impl Folder {
    /// Opens or creates the folder, takes its lock, and removes what unfinished uploads left.
    pub fn open(root: &Path, strict: bool, faults: Option<Arc<dyn Faults>>) -> Result<Folder> {
        for dir in [root, &root.join("packs"), &root.join("files"), &root.join("tmp")] {
            fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        }
        let lock_path = root.join("LOCK");
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(Error::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::Locked(root.to_owned())),
            Err(fs::TryLockError::Error(e)) => return Err(Error::io("lock", &lock_path)(e)),
        }
        for name in list(&root.join("tmp"))? {
            let path = root.join("tmp").join(name);
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
        let horizon = generation::begin(root)?;
        Ok(Folder {
            root: root.to_owned(),
            strict,
            faults,
            next_id: AtomicU64::new(horizon + 1),
            horizon,
            shards: std::array::from_fn(|_| AtomicBool::new(false)),
            _lock: lock,
        })
    }

    /// An id never given before in this folder, for a file or a pack.
    pub fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
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
    pub fn publish(&self, temp: &Path, id: u64) -> Result<()> {
        let shard = self.shard(id as u8);
        let made = &self.shards[usize::from(id as u8)];
        if !made.load(Ordering::Acquire) {
            fs::create_dir_all(&shard).map_err(Error::io("create", &shard))?;
            self.sync_dir(&self.root.join("files"))?;
            made.store(true, Ordering::Release);
        }
        let path = self.path(Home::File(id));
        fs::rename(temp, &path).map_err(Error::io("rename to", &path))?;
        self.sync_dir(&shard).inspect_err(|_| _ = fs::remove_file(&path))
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
        let _first = Folder::open(dir.path(), false, None).unwrap();
        assert!(matches!(Folder::open(dir.path(), false, None), Err(Error::Locked(_))));
    }

    #[test]
    fn only_our_names_are_ids() {
        assert_eq!(parse_name("00000000000000ff.pack", "pack"), Some(255));
        for name in ["ff.pack", "00000000000000ff.blob", "+0000000000000ff.pack", "lost+found"] {
            assert_eq!(parse_name(name, "pack"), None, "{name}");
        }
    }
}
