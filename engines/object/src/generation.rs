//! How often a folder was opened, which is the high part of every id given since. Were a
//! generation to come twice, ids would too, and a row that outlived its bytes (a relaxed commit
//! lost to a power cut) would show another object's.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::{list, parse_name};
use crate::zone::Zone;

/// How many bits of an id count within one opening of the folder; the rest is the generation.
const COUNTER_BITS: u32 = 40;
const GENERATIONS: u64 = 1 << (64 - COUNTER_BITS);

/// Counts this opening, durably; the lowest id of it.
pub(crate) fn begin(root: &Path, zones: &[Zone]) -> Result<u64> {
    let path = root.join("generation");
    let last = match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().ok(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    let last: u64 = match last {
        Some(last) => last,
        None => highest_id(zones)? >> COUNTER_BITS,
    };
    let next = last.saturating_add(1);
    if next >= GENERATIONS {
        return Err(Error::Malformed("a folder whose ids are used up"));
    }
    let temp = root.join("generation.new");
    let write = || {
        let mut file = File::create(&temp)?;
        file.write_all(next.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&temp, &path)?;
        File::open(root)?.sync_all()
    };
    write().map_err(Error::io("write", &path))?;
    Ok(next << COUNTER_BITS)
}

/// The highest id in the folder; walks all of it, for when the generation is lost.
fn highest_id(zones: &[Zone]) -> Result<u64> {
    let mut highest = 0;
    for zone in zones {
        let mut names = list(&zone.packs())?;
        for shard in 0..=255u8 {
            names.extend(list(&zone.shard(shard))?);
        }
        let id = |name: &String| parse_name(name, "pack").or_else(|| parse_name(name, "blob"));
        highest = names.iter().filter_map(id).max().unwrap_or(0).max(highest);
    }
    Ok(highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Home;
    use crate::fs::Folder;
    use crate::zone::Place;

    #[test]
    fn ids_are_never_given_twice_even_when_the_generation_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let mut last = 0;
        for round in 0..4 {
            let folder = Folder::open(dir.path(), false, None, None).unwrap();
            let id = folder.new_id(Place::All);
            assert!(id > last && folder.horizon > last);
            fs::write(folder.zones[0].path(Home::Pack(id)), b"").unwrap();
            last = id;
            drop(folder);
            if round == 2 {
                fs::remove_file(dir.path().join("generation")).unwrap();
            }
        }
    }

    #[test]
    fn a_hostile_count_is_refused_or_counted_anew() {
        let dir = tempfile::tempdir().unwrap();
        drop(Folder::open(dir.path(), false, None, None).unwrap());
        for (text, opens) in [("", true), ("-7", true), ("16777214", true), ("16777215", false)] {
            fs::write(dir.path().join("generation"), text).unwrap();
            assert_eq!(Folder::open(dir.path(), false, None, None).is_ok(), opens, "{text:?}");
        }
        fs::write(dir.path().join("generation"), u64::MAX.to_string()).unwrap();
        assert!(Folder::open(dir.path(), false, None, None).is_err());
    }
}
