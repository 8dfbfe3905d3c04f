//! Archives: the part of the ZIP format that packages of code use. Entries are stored or deflated;
//! archives in parts, encrypted ones and those of more than 4 GiB are refused.
//!
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use std::io::Read;

use flate2::read::DeflateDecoder;

use crate::package::PackageError;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// The end of an archive is this long, besides its comment.
const END_BYTES: usize = 22;
const COMMENT_MAX: usize = 65_535;
/// Kinds of files, as Unix writes them into modes.
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const MADE_BY_UNIX: u8 = 3;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File { executable: bool },
    Folder,
    Link,
}

/// An entry of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub kind: Kind,
    pub size: u64,
    method: u16,
    crc: u32,
    packed: usize,
    offset: usize,
}

/// An archive in memory.
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    pub entries: Vec<Entry>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

impl<'a> Archive<'a> {
    /// Reads the list of entries.
    ///
    /// # Errors
    /// When it is no archive.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PackageError> {
        let entries = Self::list(bytes).ok_or(PackageError::Unreadable)?;
        Ok(Self { bytes, entries })
    }

    fn list(bytes: &[u8]) -> Option<Vec<Entry>> {
        let from = bytes.len().saturating_sub(END_BYTES + COMMENT_MAX);
        let tail = bytes.get(from..)?;
        let end = from + tail.windows(END.len()).rposition(|window| window == END)?;
        let count = u16_at(bytes, end + 10)?;
        let mut at = u32_at(bytes, end + 16)? as usize;
        let mut entries = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            if bytes.get(at..at + 4)? != ENTRY {
                return None;
            }
            let maker = *bytes.get(at + 5)?;
            let flags = u16_at(bytes, at + 8)?;
            let method = u16_at(bytes, at + 10)?;
            let (crc, packed) = (u32_at(bytes, at + 16)?, u32_at(bytes, at + 20)?);
            let size = u32_at(bytes, at + 24)?;
            let name_length = usize::from(u16_at(bytes, at + 28)?);
            let rest = usize::from(u16_at(bytes, at + 30)?) + usize::from(u16_at(bytes, at + 32)?);
            let mode = u32_at(bytes, at + 38)? >> 16;
            let offset = u32_at(bytes, at + 42)?;
            let name = bytes.get(at + 46..at + 46 + name_length)?;
            let name = String::from_utf8(name.to_vec()).ok()?;
            let encrypted = flags & 1 != 0;
            if encrypted || !matches!(method, 0 | 8) || [packed, size, offset].contains(&u32::MAX) {
                return None;
            }
            let unix = maker == MADE_BY_UNIX;
            let kind = if name.ends_with('/') {
                Kind::Folder
            } else if unix && mode & KIND == LINK {
                Kind::Link
            } else {
                // Archives that say nothing of modes come from systems that have none.
                Kind::File { executable: !unix || mode & 0o111 != 0 }
            };
            let (packed, offset) = (packed as usize, offset as usize);
            entries.push(Entry { name, kind, size: size.into(), method, crc, packed, offset });
            at += 46 + name_length + rest;
        }
        Some(entries)
    }

    /// The bytes of an entry.
    ///
    /// # Errors
    /// When they are not those it was made of.
    pub fn bytes_of(&self, entry: &Entry) -> Result<Vec<u8>, PackageError> {
        let found = self.unpacked(entry).ok_or(PackageError::Unreadable)?;
        let good = found.len() as u64 == entry.size && crc32fast::hash(&found) == entry.crc;
        if good { Ok(found) } else { Err(PackageError::Unreadable) }
    }

    fn unpacked(&self, entry: &Entry) -> Option<Vec<u8>> {
        let at = entry.offset;
        if self.bytes.get(at..at + 4)? != LOCAL {
            return None;
        }
        let around = usize::from(u16_at(self.bytes, at + 26)?);
        let around = around + usize::from(u16_at(self.bytes, at + 28)?);
        let begin = at + 30 + around;
        let packed = self.bytes.get(begin..begin.checked_add(entry.packed)?)?;
        if entry.method == 0 {
            return Some(packed.to_vec());
        }
        let mut found = Vec::new();
        // One byte more than said shows that more is there than said.
        DeflateDecoder::new(packed).take(entry.size + 1).read_to_end(&mut found).ok()?;
        Some(found)
    }
}
