//! Packages: archives of code, kept once under their digest.
//!
//! An archive is durable when [`Packages::put`] answers. What it holds is unpacked beside it when it
//! is first asked for, and anew after each start: a crash may have cut it off.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::zip::{Archive, Entry, Kind};

const ARCHIVE: &str = "package.zip";
const FILES: &str = "files";

/// Why something is no package.
#[derive(Debug, Error)]
pub enum PackageError {
    /// It is no archive, or one that is damaged.
    #[error("could not unzip the package")]
    Unreadable,
    /// Some entry would be written outside of the package's folder.
    #[error("an entry of the package is outside of it: {0}")]
    Outside(String),
    /// What it holds is more than may be.
    #[error("unzipped size must be smaller than {0} bytes")]
    TooLarge(u64),
    /// It holds nothing.
    #[error("the package is empty")]
    Empty,
    /// The disk failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A package that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The SHA-256 of the archive.
    pub digest: [u8; 32],
    /// How long the archive is.
    pub size: u64,
    /// How much it holds.
    pub unpacked: u64,
}

/// The packages of a server, in a folder.
#[derive(Clone, Debug)]
pub struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// The packages in a folder, which need not be there. What was unpacked before is forgotten.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { folder }),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let made = path.join(ARCHIVE).exists();
            remove(&if made { path.join(FILES) } else { path })?;
        }
        Ok(Self { folder })
    }

    /// Keeps an archive, after it was unpacked to see whether it can be.
    ///
    /// # Errors
    /// Why it is no package.
    pub fn put(&self, archive: &[u8], unpacked_max: u64) -> Result<Package, PackageError> {
        let digest: [u8; 32] = Sha256::digest(archive).into();
        let read = Archive::read(archive)?;
        let unpacked = read.entries.iter().map(|entry| entry.size).sum();
        if unpacked > unpacked_max {
            return Err(PackageError::TooLarge(unpacked_max));
        }
        if read.entries.is_empty() {
            return Err(PackageError::Empty);
        }
        let package = Package { digest, size: archive.len() as u64, unpacked };
        let place = self.place(&digest);
        if place.join(ARCHIVE).exists() {
            return Ok(package);
        }
        let new = place.with_extension(format!("new-{:?}", std::thread::current().id()));
        remove(&new)?;
        fs::create_dir_all(&new)?;
        unpack(&read, &new.join(FILES))?;
        let mut file = fs::File::create(new.join(ARCHIVE))?;
        file.write_all(archive)?;
        file.sync_all()?;
        fs::File::open(&new)?.sync_all()?;
        match fs::rename(&new, &place) {
            // Somebody else was quicker with the same bytes.
            Err(_) if place.join(ARCHIVE).exists() => remove(&new)?,
            renamed => renamed?,
        }
        fs::File::open(&self.folder)?.sync_all()?;
        Ok(package)
    }

    /// The archive of a package.
    ///
    /// # Errors
    /// When it is not there.
    pub fn archive(&self, digest: &[u8; 32]) -> io::Result<Vec<u8>> {
        fs::read(self.place(digest).join(ARCHIVE))
    }

    /// The folder of what a package holds.
    ///
    /// # Errors
    /// When the package is not there, or the disk is full.
    pub fn files(&self, digest: &[u8; 32]) -> Result<PathBuf, PackageError> {
        let files = self.place(digest).join(FILES);
        if !files.exists() {
            self.unpack_all(&[*digest], &files)?;
        }
        Ok(files)
    }

    /// The folder of what several packages hold, of which later ones replace what earlier ones have.
    ///
    /// # Errors
    /// As [`Packages::files`].
    pub fn merged(&self, digests: &[[u8; 32]]) -> Result<PathBuf, PackageError> {
        let name: [u8; 32] = Sha256::digest(digests.concat()).into();
        let place = self.place(&name).with_extension("merged");
        if !place.exists() {
            self.unpack_all(digests, &place)?;
        }
        Ok(place)
    }

    fn unpack_all(&self, digests: &[[u8; 32]], to: &Path) -> Result<(), PackageError> {
        let new = to.with_extension(format!("new-{:?}", std::thread::current().id()));
        remove(&new)?;
        for digest in digests {
            let archive = self.archive(digest)?;
            unpack(&Archive::read(&archive)?, &new)?;
        }
        match fs::rename(&new, to) {
            Err(_) if to.exists() => Ok(remove(&new)?),
            renamed => Ok(renamed?),
        }
    }

    /// Forgets packages that nobody wants any more.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, wanted: impl Fn(&str) -> bool) -> io::Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.contains('.') && !wanted(&name) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    fn place(&self, digest: &[u8; 32]) -> PathBuf {
        self.folder.join(hex::encode(digest))
    }
}

/// Removes a file or a folder with all that is in it, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => fs::remove_file(path),
        removed => removed,
    }
}

/// Writes what an archive holds below a folder.
fn unpack(archive: &Archive<'_>, folder: &Path) -> Result<(), PackageError> {
    use io::ErrorKind as Kind;
    match unpack_all(archive, folder) {
        // A name that is a file's and a folder's at once, or none that files can have.
        Err(PackageError::Io(error))
            if matches!(
                error.kind(),
                Kind::AlreadyExists
                    | Kind::InvalidFilename
                    | Kind::InvalidInput
                    | Kind::IsADirectory
                    | Kind::NotADirectory
            ) =>
        {
            Err(PackageError::Unreadable)
        }
        unpacked => unpacked,
    }
}

fn unpack_all(archive: &Archive<'_>, folder: &Path) -> Result<(), PackageError> {
    fs::create_dir_all(folder)?;
    for entry in &archive.entries {
        let outside = || PackageError::Outside(entry.name.clone());
        let inner = inner(&entry.name).ok_or_else(outside)?;
        let path = folder.join(&inner);
        let parent = inner.parent().unwrap_or(Path::new(""));
        if passes_link(folder, parent) {
            return Err(outside());
        }
        fs::create_dir_all(folder.join(parent))?;
        match entry.kind {
            Kind::Folder if passes_link(folder, &inner) => return Err(outside()),
            Kind::Folder => fs::create_dir_all(&path)?,
            Kind::File { executable } => write(archive, entry, &path, executable)?,
            Kind::Link => {
                let target = archive.bytes_of(entry)?;
                let target = String::from_utf8(target).map_err(|_| outside())?;
                if !stays_inside(parent, &target) {
                    return Err(outside());
                }
                remove(&path)?;
                std::os::unix::fs::symlink(target, path)?;
            }
        }
    }
    Ok(())
}

fn write(
    archive: &Archive<'_>,
    entry: &Entry,
    path: &Path,
    executable: bool,
) -> Result<(), PackageError> {
    use std::os::unix::fs::OpenOptionsExt;
    let bytes = archive.bytes_of(entry)?;
    remove(path)?;
    let mode = if executable { 0o755 } else { 0o644 };
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    Ok(file.write_all(&bytes)?)
}

/// The name of an entry as a path below its folder; none where it is not below it.
fn inner(name: &str) -> Option<PathBuf> {
    if name.contains('\0') || name.is_empty() {
        return None;
    }
    let mut path = PathBuf::new();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Whether some folder on a path is a link: nothing is written through links.
fn passes_link(folder: &Path, inner: &Path) -> bool {
    let mut path = folder.to_owned();
    inner.components().any(|part| {
        path.push(part);
        path.is_symlink()
    })
}

/// Whether what a link names is within the package: some steps up, then names.
fn stays_inside(parent: &Path, target: &str) -> bool {
    let mut depth = parent.components().count();
    let mut named = false;
    Path::new(target).components().all(|part| match part {
        Component::Normal(_) => {
            named = true;
            true
        }
        Component::CurDir => true,
        Component::ParentDir if named || depth == 0 => false,
        Component::ParentDir => {
            depth -= 1;
            true
        }
        Component::RootDir | Component::Prefix(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of stored entries: name, mode, bytes.
    fn zip(entries: &[(&str, u32, &[u8])]) -> Vec<u8> {
        let (mut out, mut list) = (Vec::new(), Vec::new());
        for (name, mode, bytes) in entries {
            let offset = out.len() as u32;
            let (crc, size) = (crc32fast::hash(bytes), bytes.len() as u32);
            let sizes = [crc, size, size].map(u32::to_le_bytes).concat();
            let length = (name.len() as u16).to_le_bytes();
            out.extend_from_slice(b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0");
            out.extend_from_slice(
                &[&sizes[..], &length[..], &[0, 0], name.as_bytes(), bytes].concat(),
            );
            list.extend_from_slice(b"PK\x01\x02\x0a\x03\x0a\0\0\0\0\0\0\0\0\0");
            list.extend_from_slice(&[&sizes[..], &length[..], &[0; 8]].concat());
            list.extend_from_slice(&(mode << 16).to_le_bytes());
            list.extend_from_slice(&[&offset.to_le_bytes()[..], name.as_bytes()].concat());
        }
        let (at, count) = (out.len() as u32, (entries.len() as u16).to_le_bytes());
        let size = list.len() as u32;
        out.extend_from_slice(&list);
        out.extend_from_slice(&[b"PK\x05\x06\0\0\0\0", &count[..], &count[..]].concat());
        out.extend_from_slice(&[&size.to_le_bytes()[..], &at.to_le_bytes()[..], &[0, 0]].concat());
        out
    }

    const FILE: u32 = 0o100_644;

    #[test]
    fn what_is_put_is_unpacked_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let packages = Packages::open(folder.path().join("code")).unwrap();
        let archive =
            zip(&[("a/f.py", FILE, b"x = 1"), ("run", 0o100_755, b"#!"), ("l", LINK, b"a")]);
        let package = packages.put(&archive, 100).unwrap();
        assert_eq!(package.unpacked, 8);
        let files = packages.files(&package.digest).unwrap();
        assert_eq!(fs::read(files.join("l/f.py")).unwrap(), b"x = 1");
        let again = Packages::open(folder.path().join("code")).unwrap();
        assert!(!files.exists());
        assert_eq!(again.files(&package.digest).unwrap(), files);
        assert_eq!(again.archive(&package.digest).unwrap(), archive);
        again.sweep(|_| false).unwrap();
        assert!(again.files(&package.digest).is_err());
    }

    const LINK: u32 = 0o120_777;

    #[test]
    fn nothing_is_written_outside_of_a_package() {
        let folder = tempfile::tempdir().unwrap();
        let packages = Packages::open(folder.path().join("code")).unwrap();
        for entries in [
            &[("../f", FILE, &b""[..])][..],
            &[("/f", FILE, b"")],
            &[("a/../../f", FILE, b"")],
            &[("l", LINK, b"/etc")],
            &[("a/l", LINK, b"../../x")],
            &[("l", LINK, b"a/..")],
            &[("l", LINK, b"a"), ("l/f", FILE, b"")],
        ] {
            let refused = packages.put(&zip(entries), 100);
            assert!(matches!(refused, Err(PackageError::Outside(_))), "{entries:?}");
        }
        let large = packages.put(&zip(&[("f", FILE, &[0; 101])]), 100);
        assert!(matches!(large, Err(PackageError::TooLarge(100))));
        assert!(matches!(packages.put(b"PK", 100), Err(PackageError::Unreadable)));
        let long = "x".repeat(300);
        for entries in [&[("a", FILE, &b""[..]), ("a/b", FILE, b"")][..], &[(&long, FILE, b"")]] {
            let refused = packages.put(&zip(entries), 100);
            assert!(matches!(refused, Err(PackageError::Unreadable)), "{entries:?}");
        }
        let mut damaged = zip(&[("f", FILE, b"abc")]);
        damaged[31] ^= 1;
        assert!(matches!(packages.put(&damaged, 100), Err(PackageError::Unreadable)));
    }
}
