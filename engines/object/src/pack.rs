//! The format of a pack: small blobs one after the other in one file. Encoding, walking, and
//! finding where a crash tore the end; which pack is written to is `packs.rs`'s business.
//!
//! ```text
//! "AQUAPACK" · id u64 · CRC-32C u32 · zeros to 32 · synced u64 · CRC-32C u32 · zeros to 64
//! entry: "AqEn" · length u32 · CRC-64/NVME of the payload u64 · CRC-32C u32 · length of the label u16 ·
//!        zeros to 24 · label · payload
//! ```
//! A label is the caller's; entries of before there were any have one of no length.
//! All little-endian. CRC-32Cs are seeded with the pack's id and the position, so that a pack
//! kept as the payload of another cannot be taken for entries of it.
//! `synced` is how far the pack was durable at the last sync: nothing before it is ever truncated.

use std::borrow::Borrow;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::fs::read_at;
use crate::hash::{crc64nvme, seeded_crc32c};

/// Bytes before the first entry.
pub(crate) const HEADER: u64 = 64;
/// Bytes of an entry before its label and payload.
pub(crate) const ENTRY: u64 = 24;
/// The longest label.
pub(crate) const LABEL_MAX: usize = 4 << 10;
/// The longest payload there can be, whatever the options of the run that wrote it.
pub(crate) const PAYLOAD_MAX: u32 = 64 << 20;

const MAGIC: &[u8; 8] = b"AQUAPACK";
const ENTRY_MAGIC: &[u8; 4] = b"AqEn";
const SYNCED_AT: u64 = 32;
/// Where in an entry the length of its label is.
const LABEL_AT: usize = 20;
/// How much is read at a time when looking for the next entry after damage.
const WINDOW: usize = 1 << 20;

/// The first bytes of the pack `id`.
pub(crate) fn header(id: u64) -> [u8; HEADER as usize] {
    let mut bytes = [0; HEADER as usize];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&id.to_le_bytes());
    let crc = seeded_crc32c([id, 0], &bytes[..16]);
    bytes[16..20].copy_from_slice(&crc.to_le_bytes());
    bytes[SYNCED_AT as usize..][..12].copy_from_slice(&synced(id, HEADER));
    bytes
}

fn synced(id: u64, end: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&end.to_le_bytes());
    let crc = seeded_crc32c([id, SYNCED_AT], &bytes[..8]);
    bytes[8..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Notes that the pack will be durable up to `end`; to be synced together with the entries. One
/// that gets to disk ahead of them only makes the next opening more careful.
pub(crate) fn mark_synced(file: &File, id: u64, end: u64) -> io::Result<()> {
    file.write_all_at(&synced(id, end), SYNCED_AT)
}

/// How far the pack is known to be durable; `None` if its header does not say so believably.
pub(crate) fn read_synced(file: &File, id: u64) -> io::Result<Option<u64>> {
    let found = read_at(file, 0, HEADER as usize)?;
    if found.len() < HEADER as usize || found[..20] != header(id)[..20] {
        return Ok(None);
    }
    let end = u64::from_le_bytes(array(&found[SYNCED_AT as usize..][..8]));
    let believable = found[SYNCED_AT as usize..][..12] == synced(id, end) && end >= HEADER;
    Ok(believable.then_some(end))
}

/// One blob in a pack, as a reference knows it; `offset` is where its payload starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub offset: u64,
    pub len: u32,
    pub crc: u64,
}

impl Entry {
    /// Where the next entry starts.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.len))
    }

    /// The bytes to write before the payload, which end with the label.
    pub fn encode(&self, pack: u64, label: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; ENTRY as usize];
        bytes[..4].copy_from_slice(ENTRY_MAGIC);
        bytes[4..8].copy_from_slice(&self.len.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.crc.to_le_bytes());
        bytes[LABEL_AT..][..2].copy_from_slice(&(label.len() as u16).to_le_bytes());
        bytes.extend_from_slice(label);
        let crc = match label {
            // As it was before there were labels.
            [] => seeded_crc32c([pack, self.offset], &bytes[..16]),
            label => seeded_crc32c([pack, self.offset], &[&bytes[..16], label].concat()),
        };
        bytes[16..20].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The payload, or `None` if it is not what was written.
    pub fn read(&self, file: &File) -> io::Result<Option<Vec<u8>>> {
        let bytes = read_at(file, self.offset, self.len as usize)?;
        Ok((bytes.len() == self.len as usize && crc64nvme(&bytes) == self.crc).then_some(bytes))
    }
}

/// An entry as a walk finds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub entry: Entry,
    pub label: Vec<u8>,
}

impl Found {
    /// Where it starts.
    pub fn start(&self) -> u64 {
        self.entry.offset - ENTRY - self.label.len() as u64
    }

    /// The bytes before its payload.
    pub fn head(&self, pack: u64) -> Vec<u8> {
        self.entry.encode(pack, &self.label)
    }

    /// Whether these bytes are whole in a copy of the pack.
    pub fn is_headed(&self, file: &File, pack: u64) -> bool {
        let head = self.head(pack);
        read_at(file, self.start(), head.len()).is_ok_and(|found| found == head)
    }

    /// The entry that starts at `at`; none if no whole one does.
    fn read(file: &File, pack: u64, at: u64) -> io::Result<Option<Found>> {
        let head = read_at(file, at, ENTRY as usize)?;
        if head.len() < ENTRY as usize || &head[..4] != ENTRY_MAGIC {
            return Ok(None);
        }
        let label = usize::from(u16::from_le_bytes(array(&head[LABEL_AT..][..2])));
        if label > LABEL_MAX {
            return Ok(None);
        }
        let label = match label {
            0 => Vec::new(),
            len => read_at(file, at + ENTRY, len)?,
        };
        let offset = at + ENTRY + label.len() as u64;
        let len = u32::from_le_bytes(array(&head[4..8]));
        let crc = u64::from_le_bytes(array(&head[8..16]));
        let found = Found { entry: Entry { offset, len, crc }, label };
        let whole = len <= PAYLOAD_MAX && found.head(pack)[..ENTRY as usize] == head;
        Ok(whole.then_some(found))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

/// What a walk through a pack meets.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// An entry whose header is whole; its payload is not looked at.
    Entry(Found),
    /// Bytes that start no entry, up to the next that do or the end.
    Damage { from: u64, to: u64 },
}

/// Goes from entry to entry, over damage if there is any. What is damaged in one copy of the pack is
/// taken from another.
pub(crate) struct Walk<'a, F = File> {
    files: &'a [F],
    pack: u64,
    at: u64,
    end: u64,
}

impl<'a, F: Borrow<File>> Walk<'a, F> {
    /// Walks `from..end` through the copies of a pack; `from` must be where an entry starts.
    pub fn new(files: &'a [F], pack: u64, from: u64, end: u64) -> Walk<'a, F> {
        Walk { files, pack, at: from, end }
    }

    fn step(&mut self) -> io::Result<Step> {
        let from = self.at;
        for file in self.files {
            match self.entry(file.borrow(), from) {
                Ok(Some(found)) => {
                    self.at = found.entry.end();
                    return Ok(Step::Entry(found));
                }
                Ok(None) => {}
                // Another copy may be readable.
                Err(_) if self.files.len() > 1 => {}
                Err(e) => return Err(e),
            }
        }
        self.at = self.end;
        for file in self.files {
            self.at = self.at.min(self.next_entry(file.borrow(), from + 1)?);
        }
        Ok(Step::Damage { from, to: self.at })
    }

    fn entry(&self, file: &File, at: u64) -> io::Result<Option<Found>> {
        let found = Found::read(file, self.pack, at)?;
        Ok(found.filter(|found| found.entry.end() <= self.end))
    }

    /// Where the first entry at or after `from` starts; the end if there is none.
    fn next_entry(&self, file: &File, mut from: u64) -> io::Result<u64> {
        while from < self.end {
            let window = read_at(file, from, WINDOW.min((self.end - from) as usize))?;
            for (i, bytes) in window.windows(ENTRY_MAGIC.len()).enumerate() {
                let at = from + i as u64;
                if bytes == ENTRY_MAGIC && self.entry(file, at)?.is_some() {
                    return Ok(at);
                }
            }
            // Windows overlap by what a magic could be cut at; always moving on.
            from += (window.len().saturating_sub(ENTRY_MAGIC.len() - 1) as u64).max(1);
        }
        Ok(self.end)
    }
}

impl<F: Borrow<File>> Iterator for Walk<'_, F> {
    type Item = io::Result<Step>;

    fn next(&mut self) -> Option<io::Result<Step>> {
        if self.at >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.end;
        }
        Some(step)
    }
}

/// What may be done with the pack that was written to when the folder was last open.
#[derive(Debug, PartialEq)]
pub(crate) enum Tail {
    /// It can be appended to at this offset, once cut there.
    Resume { at: u64 },
    /// Something in it is not understood: it is left as it is and never appended to.
    Keep,
}

/// Finds where the whole entries after the last sync end. What follows them is a write that a
/// crash cut off, which nobody was told had succeeded.
pub(crate) fn tail(file: &File, pack: u64, len: u64) -> io::Result<Tail> {
    let Some(synced) = read_synced(file, pack)?.filter(|synced| *synced <= len) else {
        return Ok(Tail::Keep);
    };
    let (mut whole, mut torn) = (synced, false);
    for step in Walk::new(&[file], pack, synced, len) {
        match step? {
            Step::Entry(Found { entry, .. }) if entry.read(file)?.is_some() => {
                if torn {
                    // Good entries after bad ones: no torn end, so nothing is cut.
                    return Ok(Tail::Keep);
                }
                whole = entry.end();
            }
            _ => torn = true,
        }
    }
    Ok(Tail::Resume { at: whole })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    const PACK: u64 = 7;

    fn pack(payloads: &[&[u8]]) -> (File, Vec<Entry>, u64) {
        pack_of(payloads, b"")
    }

    fn pack_of(payloads: &[&[u8]], label: &[u8]) -> (File, Vec<Entry>, u64) {
        let mut bytes = header(PACK).to_vec();
        let mut entries = Vec::new();
        for payload in payloads {
            let offset = bytes.len() as u64 + ENTRY + label.len() as u64;
            let entry = Entry { offset, len: payload.len() as u32, crc: crc64nvme(payload) };
            bytes.extend_from_slice(&entry.encode(PACK, label));
            bytes.extend_from_slice(payload);
            entries.push(entry);
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        (file, entries, bytes.len() as u64)
    }

    #[test]
    fn a_torn_end_is_cut_after_the_last_whole_entry() {
        let (file, entries, len) = pack(&[b"one", b"two", b"three"]);
        assert_eq!(tail(&file, PACK, len).unwrap(), Tail::Resume { at: len });
        for cut in entries[1].end()..len {
            file.set_len(cut).unwrap();
            let at = if cut == len { len } else { entries[1].end() };
            assert_eq!(tail(&file, PACK, cut).unwrap(), Tail::Resume { at });
        }
    }

    #[test]
    fn what_was_synced_is_never_cut_even_if_it_rots() {
        let (file, entries, len) = pack(&[b"one", b"two"]);
        mark_synced(&file, PACK, len).unwrap();
        file.write_all_at(b"rot", entries[1].offset - 20).unwrap();
        assert_eq!(tail(&file, PACK, len).unwrap(), Tail::Resume { at: len });
    }

    #[test]
    fn a_hole_before_good_entries_or_a_strange_header_keeps_the_pack() {
        let (file, entries, len) = pack(&[b"one", b"two", b"three"]);
        file.write_all_at(b"rot", entries[1].offset - ENTRY).unwrap();
        assert_eq!(tail(&file, PACK, len).unwrap(), Tail::Keep);
        let damage = Step::Damage { from: entries[0].end(), to: entries[1].end() };
        let steps: Vec<_> = Walk::new(&[&file], PACK, HEADER, len).map(Result::unwrap).collect();
        let step = |entry| Step::Entry(Found { entry, label: Vec::new() });
        assert_eq!(steps, [step(entries[0]), damage, step(entries[2])]);

        assert_eq!(tail(&file, PACK + 1, len).unwrap(), Tail::Keep);
        file.write_all_at(b"rot", SYNCED_AT).unwrap();
        assert_eq!(tail(&file, PACK, len).unwrap(), Tail::Keep);
    }

    #[test]
    fn labels_are_found_and_damage_to_them_too() {
        let (file, entries, len) = pack_of(&[b"one", b"two"], b"bucket/key");
        let found = || {
            let files = [&file];
            let walk = Walk::new(&files, PACK, HEADER, len).map(Result::unwrap);
            walk.filter_map(|step| match step {
                Step::Entry(found) => Some((found.entry, found.label)),
                Step::Damage { .. } => None,
            })
            .collect::<Vec<_>>()
        };
        let labelled: Vec<_> =
            entries.iter().map(|entry| (*entry, b"bucket/key".to_vec())).collect();
        assert_eq!(found(), labelled);
        assert_eq!(tail(&file, PACK, len).unwrap(), Tail::Resume { at: len });
        file.write_all_at(b"x", entries[0].offset - 1).unwrap();
        assert_eq!(found(), labelled[1..]);
    }

    /// What runs wrote before there were labels: its bytes are these.
    #[test]
    fn entries_of_before_labels_are_read() {
        let entry = Entry { offset: HEADER + ENTRY, len: 3, crc: crc64nvme(b"one") };
        let mut bytes = [0; ENTRY as usize];
        bytes[..4].copy_from_slice(b"AqEn");
        bytes[4..8].copy_from_slice(&3u32.to_le_bytes());
        bytes[8..16].copy_from_slice(&entry.crc.to_le_bytes());
        let crc = seeded_crc32c([PACK, entry.offset], &bytes[..16]);
        bytes[16..20].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(entry.encode(PACK, b""), bytes);
    }

    #[test]
    fn a_pack_inside_a_pack_is_not_walked_into() {
        let (inner, _, len) = pack(&[b"inner"]);
        let payload = read_at(&inner, 0, len as usize).unwrap();
        let (file, entries, len) = pack(&[&payload]);
        file.write_all_at(b"rot", HEADER).unwrap();
        let steps: Vec<_> = Walk::new(&[&file], PACK, HEADER, len).map(Result::unwrap).collect();
        assert_eq!(steps, [Step::Damage { from: HEADER, to: entries[0].end() }]);
    }

    proptest! {
        #[test]
        fn hostile_bytes_end_the_walk_without_a_panic(
            noise in proptest::collection::vec(any::<u8>(), 0..300), at in 0u64..200,
        ) {
            let (file, _, len) = pack(&[b"one", b"two", &[9; 80]]);
            file.write_all_at(&noise, at).unwrap();
            let len = len.max(at + noise.len() as u64);
            prop_assert!(Walk::new(&[&file], PACK, HEADER, len).count() <= 300);
            tail(&file, PACK, len).unwrap();
        }
    }
}
