//! Looks over the database's journal before it is opened, and cuts off a batch that a power loss
//! tore.
//!
//! The database does so itself when a batch ends early. But a disk may write the later sectors of
//! an unfinished batch before the earlier ones; then its checksum fails, and the database refuses
//! to open for the sake of a batch that nobody was told had been saved. Only the last batch can be
//! torn that way, since each is synced before the next is written. A broken batch with whole ones
//! behind it is damage to acknowledged data, which is reported and left alone.
//!
//! The format is that of the pinned version of fjall: batches of `start`, items, `end`.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use xxhash_rust::xxh3::Xxh3;

use crate::{StoreError, store::Durability};

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
/// Ends every batch.
const TRAILER: &[u8; 4] = b"FJL\x03";

/// What a batch turned out to be.
enum Found {
    Whole,
    /// The end of the file, or room not written yet.
    Nothing,
    Broken,
}

/// Cuts a torn last batch off the newest journal in a database's directory.
///
/// # Errors
/// If the journal cannot be read, or is damaged before its last batch.
pub(super) fn repair(database: &Path, durability: Durability) -> Result<(), StoreError> {
    match newest(database).map_err(StoreError::unreadable)? {
        Some(journal) => repair_journal(&journal, durability),
        None => Ok(()),
    }
}

/// Older journals were synced whole before the next was begun.
fn newest(database: &Path) -> io::Result<Option<PathBuf>> {
    let mut newest = None;
    let entries = match database.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "jnl")
            && let Some(number) = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok())
        {
            newest = newest.max(Some((number, path)));
        }
    }
    Ok(newest.map(|(_number, path): (u64, PathBuf)| path))
}

fn repair_journal(path: &Path, durability: Durability) -> Result<(), StoreError> {
    let failed = |error: io::Error| {
        StoreError::unreadable(format!("the journal {}: {error}", path.display()))
    };
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut end_of_whole = 0;
    loop {
        match read_batch(&mut reader).map_err(failed)? {
            Found::Whole => end_of_whole = reader.stream_position().map_err(failed)?,
            Found::Nothing => return Ok(()),
            Found::Broken => break,
        }
    }
    // Without syncs any number of the last batches may be torn.
    if durability == Durability::Strict
        && has_whole_batch_after(&mut reader, end_of_whole).map_err(failed)?
    {
        return Err(StoreError::unreadable(format!(
            "the journal {} is damaged at byte {end_of_whole}, before data that was saved later: \
             restore the data directory from a copy",
            path.display()
        )));
    }
    tracing::warn!(journal = %path.display(), at = end_of_whole, "cut off an unfinished batch");
    let file = reader.into_inner();
    file.set_len(end_of_whole).and_then(|()| file.sync_all()).map_err(failed)
}

/// Reads one batch, to the byte behind it if it is whole.
fn read_batch(reader: &mut BufReader<File>) -> io::Result<Found> {
    match reader.fill_buf()?.first() {
        None | Some(0) => return Ok(Found::Nothing),
        Some(&START) => {}
        Some(_) => return Ok(Found::Broken),
    }
    match try_read_batch(reader) {
        Ok(true) => Ok(Found::Whole),
        Ok(false) => Ok(Found::Broken),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Found::Broken),
        Err(error) => Err(error),
    }
}

fn try_read_batch(reader: &mut impl BufRead) -> io::Result<bool> {
    let [_start, count @ .., _, _, _, _, _, _, _, _] = read::<13>(reader)?;
    let mut hash = Xxh3::new();
    for _ in 0..u32::from_le_bytes(count) {
        let [tag] = read::<1>(reader)?;
        hash.update(&[tag]);
        let length = match tag {
            CLEAR => 8,
            ITEM => {
                // Sort, compression and table; then the lengths of key, value and stored value.
                let head = read::<20>(reader)?;
                hash.update(&head);
                let [.., k0, k1, _, _, _, _, v0, v1, v2, v3] = head;
                let key = u64::from(u16::from_le_bytes([k0, k1]));
                key + u64::from(u32::from_le_bytes([v0, v1, v2, v3]))
            }
            _ => return Ok(false),
        };
        hash_bytes(reader, length, &mut hash)?;
    }
    let [tag, checksum @ .., t0, t1, t2, t3] = read::<13>(reader)?;
    let whole = tag == END && [t0, t1, t2, t3] == *TRAILER;
    Ok(whole && u64::from_le_bytes(checksum) == hash.digest())
}

fn read<const N: usize>(reader: &mut impl BufRead) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Hashes bytes as they pass, however many a damaged length asks for.
fn hash_bytes(reader: &mut impl BufRead, mut length: u64, hash: &mut Xxh3) -> io::Result<()> {
    while length > 0 {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = buffer.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        hash.update(&buffer[..count]);
        reader.consume(count);
        length -= count as u64;
    }
    Ok(())
}

/// Whether a whole batch begins behind any trailer after `start`.
fn has_whole_batch_after(reader: &mut BufReader<File>, start: u64) -> io::Result<bool> {
    for candidate in trailers_after(reader, start)? {
        reader.seek(SeekFrom::Start(candidate))?;
        if matches!(read_batch(reader)?, Found::Whole) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the bytes of a trailer end. At most as many as make a decision: a torn batch contains
/// few by chance.
fn trailers_after(reader: &mut BufReader<File>, start: u64) -> io::Result<Vec<u64>> {
    const CANDIDATES_MAX: usize = 1000;
    reader.seek(SeekFrom::Start(start))?;
    let mut found = Vec::new();
    let mut last = [0; 4];
    for (index, byte) in reader.bytes().enumerate() {
        last.rotate_left(1);
        last[3] = byte?;
        if last == *TRAILER {
            found.push(start + index as u64 + 1);
            if found.len() == CANDIDATES_MAX {
                break;
            }
        }
    }
    Ok(found)
}
