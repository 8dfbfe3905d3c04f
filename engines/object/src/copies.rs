//! How many copies a folder keeps, noted in it, and how one that kept one comes to keep more.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::zone::ZONES_MAX;

/// Where the number is noted, unless it is one.
const NOTE: &str = "copies";

/// The roots of the zones of a folder that is to keep so many copies, or as many as it does.
///
/// More than before are taken: a sweep then makes what is missing. Fewer are refused.
pub(crate) fn zones(root: &Path, asked: Option<u8>) -> Result<Vec<PathBuf>> {
    let kept = read(root)?;
    let copies = asked.unwrap_or(kept);
    if !(1..=ZONES_MAX).contains(&copies) {
        return Err(Error::Malformed("a number of copies other than 1, 2 or 3"));
    }
    if copies < kept {
        return Err(Error::FewerCopies { kept, asked: copies });
    }
    if copies == 1 {
        return Ok(vec![root.to_owned()]);
    }
    // First noted, then moved: cut off in between, the next opening goes on.
    if copies > kept {
        note(root, copies)?;
    }
    let zones: Vec<PathBuf> = (1..=copies).map(|zone| root.join(format!("az{zone}"))).collect();
    move_in(root, &zones[0])?;
    Ok(zones)
}

fn read(root: &Path) -> Result<u8> {
    let path = root.join(NOTE);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let copies = text.trim().parse().ok().filter(|n| (1..=ZONES_MAX).contains(n));
            copies.ok_or(Error::Malformed("a folder whose number of copies cannot be read"))
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(1),
        Err(e) => Err(Error::io("read", &path)(e)),
    }
}

fn note(root: &Path, copies: u8) -> Result<()> {
    let (path, temp) = (root.join(NOTE), root.join("copies.new"));
    let write = || {
        let mut file = File::create(&temp)?;
        file.write_all(copies.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&temp, &path)?;
        File::open(root)?.sync_all()
    };
    write().map_err(Error::io("write", &path))
}

/// What was kept once is the first zone's.
fn move_in(root: &Path, zone: &Path) -> Result<()> {
    for name in ["packs", "files"] {
        let (from, to) = (root.join(name), zone.join(name));
        if !from.exists() {
            continue;
        }
        fs::create_dir_all(zone).map_err(Error::io("create", zone))?;
        fs::rename(&from, &to).map_err(Error::io("move the objects of this folder to", &to))?;
        let synced = File::open(zone).and_then(|dir| dir.sync_all());
        synced.map_err(Error::io("sync", zone))?;
    }
    match fs::remove_dir_all(root.join("tmp")) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", root)(e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_kept_as_noted_raised_and_never_lowered() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let count = |asked| zones(root, asked).map(|zones| zones.len());
        assert_eq!(count(None).unwrap(), 1);
        assert!(!root.join(NOTE).exists());
        fs::create_dir(root.join("packs")).unwrap();
        fs::write(root.join("packs/one"), b"x").unwrap();
        assert_eq!(count(Some(2)).unwrap(), 2);
        assert_eq!(count(None).unwrap(), 2);
        assert!(root.join("az1/packs/one").exists() && !root.join("packs").exists());
        let fewer = zones(root, Some(1));
        assert!(matches!(fewer, Err(Error::FewerCopies { kept: 2, asked: 1 })));
        assert_eq!(count(Some(3)).unwrap(), 3);
        for hostile in [Some(0), Some(4)] {
            assert!(count(hostile).is_err());
        }
        fs::write(root.join(NOTE), "many").unwrap();
        assert!(count(Some(3)).is_err());
    }

    #[test]
    fn a_move_that_was_cut_off_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for name in ["files", "az1/packs", "tmp"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        note(root, 2).unwrap();
        zones(root, None).unwrap();
        assert!(root.join("az1/files").exists() && !root.join("tmp").exists());
    }
}
