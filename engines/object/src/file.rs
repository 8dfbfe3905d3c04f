//! A large blob in a file of its own, with a checksum for every block, so that a range read
//! verifies the blocks it touches and no more.
//!
//! ```text
//! the bytes · CRC-32C of each 64 KiB block (4 bytes each) · trailer
//! trailer: "AQUAFILE" · id u64 · length u64 · CRC-32C of the above u32        (little-endian)
//! ```
//! A block's CRC is seeded with the file's id and the block's number.
//! The file is written under a temporary name and renamed when whole: it is never seen partial.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::blob::{BlobId, BlobRef, Home};
use crate::error::{Error, Result};
use crate::fs::{Folder, read_at};
use crate::hash::{crc32c_seed, seeded_crc32c};
use crate::zone::{Place, Zone, in_parallel};

/// Bytes under one checksum. What a tiny range read costs at least; four bytes per block are
/// kept in memory during an upload (64 KiB per GiB).
pub(crate) const BLOCK: usize = 64 << 10;
/// Disk space taken ahead of what has come, in bytes: at least, and at most.
const RESERVE_MIN: u64 = 4 << 20;
const RESERVE_MAX: u64 = 64 << 20;
const MAGIC: &[u8; 8] = b"AQUAFILE";
const TRAILER: usize = 28;

/// A file being written, in each of its zones; dropped before [`FileSink::finish`] it removes itself.
pub(crate) struct FileSink {
    folder: Arc<Folder>,
    place: Place,
    copies: Vec<Temp>,
    id: u64,
    len: u64,
    /// Bytes the whole file is said to take; 0 if nothing was said.
    expected: u64,
    /// Bytes of it that disk space was taken for.
    reserved: u64,
    sums: BlockSums,
}

/// A copy under its temporary name.
struct Temp {
    zone: u8,
    file: File,
    /// None once it has its place.
    path: Option<PathBuf>,
}

impl FileSink {
    /// `expect`: bytes to come, or 0 if not known.
    pub fn create(folder: &Arc<Folder>, place: Place, expect: u64) -> Result<FileSink> {
        let id = folder.new_id(place);
        let mut copies = Vec::with_capacity(folder.zones.len());
        for zone in folder.there(place) {
            let temp = zone.temp(id);
            let file = OpenOptions::new().write(true).create_new(true).open(&temp);
            let file = file.map_err(Error::io("create", &temp))?;
            copies.push(Temp { zone: zone.number, file, path: Some(temp) });
        }
        if copies.is_empty() {
            return Err(Error::Lost);
        }
        Ok(FileSink {
            folder: folder.clone(),
            place,
            copies,
            id,
            len: 0,
            expected: if expect > 0 { expect.saturating_add(footer_len(expect)) } else { 0 },
            reserved: 0,
            sums: BlockSums::new(id),
        })
    }

    /// A copy in one zone that takes the place of the one there, if there is one.
    pub fn replace(folder: &Arc<Folder>, zone: &Zone, id: u64) -> Result<FileSink> {
        let place = Place::One(zone.number);
        let temp = zone.temp(folder.new_id(place));
        let file = OpenOptions::new().write(true).create_new(true).open(&temp);
        let file = file.map_err(Error::io("create", &temp))?;
        let copies = vec![Temp { zone: zone.number, file, path: Some(temp) }];
        let (folder, sums) = (folder.clone(), BlockSums::new(id));
        Ok(FileSink { folder, place, copies, id, len: 0, expected: 0, reserved: 0, sums })
    }

    pub fn write(&mut self, chunks: &[Bytes]) -> Result<()> {
        self.reserve(chunks.iter().map(|chunk| chunk.len() as u64).sum())?;
        self.each(|zone, file| {
            let mut slices: Vec<IoSlice<'_>> = chunks.iter().map(|c| IoSlice::new(c)).collect();
            zone.write_all(file, &mut slices)
        })
        .map_err(self.error("write"))?;
        for chunk in chunks {
            self.sums.update(chunk);
            self.len += chunk.len() as u64;
        }
        Ok(())
    }

    /// Does something with each copy.
    fn each(&self, work: impl Fn(&Zone, &File) -> io::Result<()>) -> io::Result<()> {
        for copy in &self.copies {
            if let Some(zone) = self.folder.zone(copy.zone) {
                work(zone, &copy.file)?;
            }
        }
        Ok(())
    }

    /// Takes disk space for the next `coming` bytes and some of what is to follow: in steps that
    /// grow with what has come, because what is said to follow need not.
    fn reserve(&mut self, coming: u64) -> Result<()> {
        let end = self.len + coming;
        if end > self.reserved && self.reserved < self.expected {
            let ahead = end.clamp(RESERVE_MIN, RESERVE_MAX);
            self.reserved = self.expected.min(end.saturating_add(ahead));
            let reserved = self.each(|zone, file| zone.reserve(file, self.reserved));
            reserved.map_err(self.error("reserve space for"))?;
        }
        Ok(())
    }

    /// Writes the footer, makes bytes and name durable in all zones that can be reached. The blob,
    /// and its size on disk.
    pub fn finish(mut self) -> Result<Finished> {
        let (id, len) = (self.id, self.len);
        let mut footer = std::mem::replace(&mut self.sums, BlockSums::new(id)).finish();
        footer.extend_from_slice(&trailer(id, len));
        let size = len + footer.len() as u64;
        let reached = |copy: &Temp| self.folder.zone(copy.zone).is_some_and(|z| !z.is_lost());
        self.copies.retain(reached);
        if self.copies.is_empty() {
            return Err(Error::Lost);
        }
        let done = in_parallel(&self.copies, |copy| self.complete(copy, &footer, size));
        if let Err(e) = done {
            let zones = self.copies.iter().filter_map(|copy| self.folder.zone(copy.zone));
            zones.for_each(|zone| _ = zone.unlink(Home::File(id)));
            return Err(e);
        }
        self.copies.iter_mut().for_each(|copy| copy.path = None);
        let has = |zone: u8| self.copies.iter().any(|copy| copy.zone == zone);
        let zones = self.folder.zones(self.place).map(|zone| zone.number);
        let missing = zones.filter(|zone| !has(*zone)).collect();
        Ok(Finished { blob: BlobRef::File { id, len }, size, missing })
    }

    fn complete(&self, copy: &Temp, footer: &[u8], size: u64) -> Result<()> {
        let Some(zone) = self.folder.zone(copy.zone) else { return Err(Error::Lost) };
        let mut write = zone.write_all(&copy.file, &mut [IoSlice::new(footer)]);
        if self.reserved > size {
            // Gives back what was reserved past the end.
            write = write.and_then(|()| copy.file.set_len(size));
        }
        let synced = write.and_then(|()| zone.sync_data(&copy.file));
        synced.map_err(self.error("write"))?;
        let temp = copy.path.as_ref().expect("only finish takes the temporary name");
        zone.publish(temp, Home::File(self.id))
    }

    fn error(&self, doing: &'static str) -> impl FnOnce(io::Error) -> Error + use<> {
        let path = self.copies.first().and_then(|copy| copy.path.clone()).unwrap_or_default();
        move |e| Error::io(doing, &path)(e)
    }
}

/// A file that has its place.
pub(crate) struct Finished {
    pub blob: BlobRef,
    /// Bytes on disk, of one copy.
    pub size: u64,
    /// The zones that it is not in and should be.
    pub missing: Vec<u8>,
}

impl Drop for Temp {
    fn drop(&mut self) {
        if let Some(temp) = self.path.take() {
            // If this fails the file is removed at the next open.
            _ = fs::remove_file(temp);
        }
    }
}

/// Checksums of the blocks of bytes that come in slices of any length.
struct BlockSums {
    id: u64,
    block: u64,
    filled: usize,
    crc: crc_fast::Digest,
    sums: Vec<u8>,
}

impl BlockSums {
    fn new(id: u64) -> BlockSums {
        BlockSums { id, block: 0, filled: 0, crc: crc32c_seed([id, 0]), sums: Vec::new() }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.crc.update(now);
            self.filled += now.len();
            if self.filled == BLOCK {
                self.close_block();
            }
            bytes = rest;
        }
    }

    fn close_block(&mut self) {
        self.sums.extend_from_slice(&(self.crc.finalize() as u32).to_le_bytes());
        self.block += 1;
        self.filled = 0;
        self.crc = crc32c_seed([self.id, self.block]);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.close_block();
        }
        self.sums
    }
}

fn trailer(id: u64, len: u64) -> [u8; TRAILER] {
    let mut bytes = [0; TRAILER];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&id.to_le_bytes());
    bytes[16..24].copy_from_slice(&len.to_le_bytes());
    let crc = seeded_crc32c([id, len], &bytes[..24]);
    bytes[24..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Bytes of checksums and trailer after `len` bytes of content.
fn footer_len(len: u64) -> u64 {
    len.div_ceil(BLOCK as u64) * 4 + TRAILER as u64
}

/// Opens a copy of a blob's file and checks that it is the one meant, whole.
pub(crate) fn open(zone: &Zone, id: u64, len: u64) -> Result<File> {
    let path = zone.path(Home::File(id));
    let blob = BlobId::File(id);
    let file = File::open(&path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::NotFound(blob),
        _ => Error::io("open", &path)(e),
    })?;
    let at = len.saturating_add(footer_len(len) - TRAILER as u64);
    let found = read_at(&file, at, TRAILER).map_err(Error::io("read", &path))?;
    if found != trailer(id, len) {
        return Err(Error::Corrupt { blob, offset: len });
    }
    Ok(file)
}

/// Opens a copy of a blob's file whose length is only known to itself; the length too.
pub(crate) fn open_any(zone: &Zone, id: u64) -> Result<(File, u64)> {
    let path = zone.path(Home::File(id));
    let size = fs::metadata(&path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::NotFound(BlobId::File(id)),
        _ => Error::io("look at", &path)(e),
    })?;
    // The only length whose footer fills the file to this size.
    let rest = size.len().saturating_sub(TRAILER as u64);
    let blocks = rest.div_ceil(BLOCK as u64 + 4);
    let len = rest.saturating_sub(blocks * 4);
    open(zone, id, len).map(|file| (file, len))
}

/// Reads and verifies a range of an open blob; `range` lies within `len`.
pub(crate) fn read(file: &File, id: u64, len: u64, range: Range<u64>) -> Result<Bytes> {
    if range.is_empty() {
        return Ok(Bytes::new());
    }
    let block = BLOCK as u64;
    let first = range.start / block;
    let blocks = range.end.div_ceil(block) - first;
    let start = first * block;
    let end = len.min((first + blocks) * block);
    let corrupt = |offset| Error::Corrupt { blob: BlobId::File(id), offset };
    let failed =
        |source| Error::Io { doing: "read", path: format!("file {id:016x}").into(), source };

    let bytes = read_at(file, start, (end - start) as usize).map_err(failed)?;
    let sums = read_at(file, len + first * 4, (blocks * 4) as usize).map_err(failed)?;
    let mut sums = sums.chunks_exact(4);
    for (number, block) in bytes.chunks(BLOCK).enumerate() {
        let number = first + number as u64;
        let crc = seeded_crc32c([id, number], block).to_le_bytes();
        if sums.next() != Some(&crc) {
            return Err(corrupt(number * BLOCK as u64));
        }
    }
    if (bytes.len() as u64) < end - start {
        return Err(corrupt(start + bytes.len() as u64));
    }
    Ok(Bytes::from(bytes).slice((range.start - start) as usize..(range.end - start) as usize))
}
