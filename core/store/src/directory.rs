//! The data directory: held by one process at a time, and of a known format.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    process,
};

use fs4::fs_std::FileExt;

use crate::StoreError;

/// The layout written today. Raised when older programs could not read what newer ones write.
const FORMAT: u32 = 1;
const FORMAT_FILE: &str = "FORMAT";
const LOCK_FILE: &str = "LOCK";

/// A directory this process holds until dropped.
pub(crate) struct Directory {
    path: PathBuf,
    /// The operating system lets go of the lock when the file closes, however the process ends.
    _lock: File,
}

impl Directory {
    /// Creates the directory if need be, takes its lock and checks its format.
    pub(crate) fn open(path: &Path) -> Result<Directory, StoreError> {
        let failed = |error: io::Error| StoreError::Directory {
            directory: path.to_owned(),
            reason: error.to_string().into(),
        };
        fs::create_dir_all(path).map_err(failed)?;
        let lock = take_lock(path)
            .map_err(failed)?
            .map_err(|pid| StoreError::InUse { directory: path.to_owned(), pid })?;
        check_format(path)?;
        Ok(Directory { path: path.to_owned(), _lock: lock })
    }

    /// Where the tables are.
    pub(crate) fn tables(&self) -> PathBuf {
        self.path.join("tables")
    }
}

/// The locked file, or the pid of who has it.
fn take_lock(path: &Path) -> io::Result<Result<File, Option<u32>>> {
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(path.join(LOCK_FILE))?;
    if !FileExt::try_lock_exclusive(&file)? {
        let mut holder = String::new();
        file.read_to_string(&mut holder)?;
        return Ok(Err(holder.trim().parse().ok()));
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", process::id())?;
    Ok(Ok(file))
}

fn check_format(path: &Path) -> Result<(), StoreError> {
    let directory = || path.to_owned();
    let failed =
        |reason: String| StoreError::Directory { directory: directory(), reason: reason.into() };
    let file = path.join(FORMAT_FILE);
    match fs::read_to_string(&file) {
        Ok(text) => {
            let found: u32 = text
                .trim()
                .parse()
                .map_err(|_| failed(format!("{FORMAT_FILE} does not hold a number")))?;
            if found > FORMAT {
                return Err(StoreError::NewerFormat {
                    directory: directory(),
                    found,
                    known: FORMAT,
                });
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write_format(path, &file).map_err(|error| failed(error.to_string()))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Written aside and renamed, so that a crash leaves no half-written number.
fn write_format(path: &Path, file: &Path) -> io::Result<()> {
    let aside = path.join("FORMAT.new");
    let mut new = File::create(&aside)?;
    writeln!(new, "{FORMAT}")?;
    new.sync_all()?;
    fs::rename(&aside, file)?;
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder_who_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let held = Directory::open(dir.path()).unwrap();
        let refused = Directory::open(dir.path()).err().unwrap().to_string();
        let path = dir.path().display();
        let pid = process::id();
        let said = format!("the data directory {path} is in use by another process (pid {pid})");
        assert_eq!(refused, said);
        drop(held);
        Directory::open(dir.path()).unwrap();
    }

    #[test]
    fn a_newer_format_is_refused_and_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FORMAT_FILE), "2\n").unwrap();
        let refused = Directory::open(dir.path()).err().unwrap();
        assert!(matches!(refused, StoreError::NewerFormat { found: 2, known: 1, .. }), "{refused}");
        assert!(refused.to_string().contains("has format 2"), "{refused}");
        fs::write(dir.path().join(FORMAT_FILE), "what").unwrap();
        assert!(matches!(Directory::open(dir.path()), Err(StoreError::Directory { .. })));
    }
}
