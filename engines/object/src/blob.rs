//! Names of stored bytes: what a caller keeps in its own rows. No bytes are read here.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::seal::Salt;
use crate::zone::Place;

/// Where an object's bytes are. Small enough to live in a metadata row; it carries all that is
/// needed to read and to verify, so the row and the bytes cannot disagree unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlobRef {
    /// The bytes themselves.
    Inline(Bytes),
    /// One entry of a pack file: `len` bytes from `offset`, whose CRC-64/NVME is `crc`.
    Packed { pack: u64, offset: u64, len: u32, crc: u64 },
    /// A file of its own, holding `len` bytes and their block checksums.
    File { id: u64, len: u64 },
    /// Blobs read one after the other: an object assembled without copying its parts.
    /// Never nested; build it with [`BlobRef::chain`].
    Chain(Vec<BlobRef>),
    /// A single blob whose bytes are sealed; what it is read with is not here but with the caller.
    Sealed(Salt, Box<BlobRef>),
}

/// Identity of stored bytes, unique over the life of a data folder (ids are never reused).
/// Inline blobs have none, a chain has one for each of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BlobId {
    /// A file of its own.
    File(u64),
    /// The entry of a pack whose payload starts at `offset`.
    Packed { pack: u64, offset: u64 },
}

impl BlobId {
    /// Seventeen bytes that sort as the ids do; for a caller's table keyed by blob.
    pub fn to_bytes(self) -> [u8; 17] {
        let (kind, high, low) = match self {
            BlobId::File(id) => (0, id, 0),
            BlobId::Packed { pack, offset } => (1, pack, offset),
        };
        let mut bytes = [0; 17];
        bytes[0] = kind;
        bytes[1..9].copy_from_slice(&high.to_be_bytes());
        bytes[9..].copy_from_slice(&low.to_be_bytes());
        bytes
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlobId::File(id) => write!(f, "file {id:016x}"),
            BlobId::Packed { pack, offset } => write!(f, "pack {pack:016x} entry {offset}"),
        }
    }
}

impl BlobRef {
    /// The bytes of `parts`, in order, as one blob; nothing is copied. The parts now belong to
    /// the chain: deleting it deletes them.
    pub fn chain(parts: impl IntoIterator<Item = BlobRef>) -> BlobRef {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                BlobRef::Chain(inner) => flat.extend(inner),
                other if matches!(other.bare(), BlobRef::Inline(bytes) if bytes.is_empty()) => {}
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => BlobRef::Inline(Bytes::new()),
            1 => flat.swap_remove(0),
            _ => BlobRef::Chain(flat),
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            BlobRef::Inline(bytes) => bytes.len() as u64,
            BlobRef::Packed { len, .. } => u64::from(*len),
            BlobRef::File { len, .. } => *len,
            // Saturating: a hostile row must not overflow; reading such a range fails later.
            BlobRef::Chain(parts) => parts.iter().fold(0, |sum, p| p.len().saturating_add(sum)),
            BlobRef::Sealed(_, blob) => blob.len(),
        }
    }

    /// True for a blob of no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stored things this blob stands on: none when inline, one each for a chain's parts.
    pub fn ids(&self) -> Vec<BlobId> {
        let parts = match self {
            BlobRef::Chain(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        parts.iter().filter_map(BlobRef::single_id).collect()
    }

    /// Names `new` where this blob names `old`, which holds the same bytes elsewhere; whether it
    /// did.
    pub fn point_at(&mut self, old: BlobId, new: &BlobRef) -> bool {
        let parts = match self {
            BlobRef::Chain(parts) => parts.as_mut_slice(),
            single => std::slice::from_mut(single),
        };
        let found = parts.iter_mut().find(|part| part.single_id() == Some(old));
        let Some(part) = found else { return false };
        match part {
            // Sealed bytes are moved as they are.
            BlobRef::Sealed(_, blob) => blob.as_mut().clone_from(new),
            part => part.clone_from(new),
        }
        true
    }

    /// Whether any of its bytes are sealed.
    pub fn is_sealed(&self) -> bool {
        match self {
            BlobRef::Chain(parts) => parts.iter().any(BlobRef::is_sealed),
            single => single.salt().is_some(),
        }
    }

    /// The blob as it is stored, sealed or not.
    pub(crate) fn bare(&self) -> &BlobRef {
        match self {
            BlobRef::Sealed(_, blob) => blob,
            plain => plain,
        }
    }

    /// What a single blob is sealed with besides the caller's key.
    pub(crate) fn salt(&self) -> Option<Salt> {
        match self {
            BlobRef::Sealed(salt, _) => Some(*salt),
            _ => None,
        }
    }

    /// The id of a blob that is one stored thing.
    pub(crate) fn single_id(&self) -> Option<BlobId> {
        match *self.bare() {
            BlobRef::Packed { pack, offset, .. } => Some(BlobId::Packed { pack, offset }),
            BlobRef::File { id, .. } => Some(BlobId::File(id)),
            BlobRef::Inline(_) | BlobRef::Chain(_) | BlobRef::Sealed(..) => None,
        }
    }

    /// Cuts `range` of this blob into ranges of the single blobs under it, in order.
    pub(crate) fn pieces(&self, range: Range<u64>) -> Result<Vec<Piece>> {
        let len = self.len();
        if range.start > range.end || range.end > len {
            return Err(Error::Range { start: range.start, end: range.end, len });
        }
        let BlobRef::Chain(parts) = self else {
            return Ok(vec![Piece { blob: self.clone(), range }]);
        };
        let mut pieces = Vec::new();
        let mut at = 0u64;
        for part in parts {
            if matches!(part, BlobRef::Chain(_)) {
                return Err(Error::Malformed("a chain inside a chain"));
            }
            let end = at.saturating_add(part.len());
            let from = range.start.max(at);
            let to = range.end.min(end);
            if from < to {
                pieces.push(Piece { blob: part.clone(), range: from - at..to - at });
            }
            if end >= range.end {
                break;
            }
            at = end;
        }
        Ok(pieces)
    }
}

/// A range of a single (not chained) blob.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub blob: BlobRef,
    pub range: Range<u64>,
}

/// The thing on disk a blob lives in; what is opened, and what is unlinked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Home {
    File(u64),
    Pack(u64),
}

impl Home {
    /// The zones it is in.
    pub fn place(self) -> Place {
        match self {
            Home::File(id) | Home::Pack(id) => Place::of(id),
        }
    }
}

impl From<BlobId> for Home {
    fn from(id: BlobId) -> Home {
        match id {
            BlobId::File(id) => Home::File(id),
            BlobId::Packed { pack, .. } => Home::Pack(pack),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: u64, len: u64) -> BlobRef {
        BlobRef::File { id, len }
    }

    #[test]
    fn a_range_touches_only_the_parts_it_overlaps() {
        let chain = BlobRef::chain([file(1, 10), file(2, 10), file(3, 10)]);
        let pieces = chain.pieces(8..20).unwrap();
        assert_eq!(
            pieces,
            [Piece { blob: file(1, 10), range: 8..10 }, Piece { blob: file(2, 10), range: 0..10 }]
        );
        assert!(chain.pieces(10..10).unwrap().is_empty());
        assert!(matches!(chain.pieces(0..31), Err(Error::Range { len: 30, .. })));
    }

    #[test]
    fn chains_are_flat_and_trivial_ones_collapse() {
        let inner = BlobRef::chain([file(1, 1), file(2, 1)]);
        let outer = BlobRef::chain([inner, BlobRef::Inline(Bytes::new()), file(3, 1)]);
        assert_eq!(outer, BlobRef::Chain(vec![file(1, 1), file(2, 1), file(3, 1)]));
        assert_eq!(BlobRef::chain([file(1, 1)]), file(1, 1));
        assert!(BlobRef::chain([]).is_empty());
    }

    #[test]
    fn a_nested_chain_from_a_hostile_row_is_refused() {
        let nested = BlobRef::Chain(vec![BlobRef::Chain(vec![file(1, 5)]), file(2, u64::MAX)]);
        assert!(matches!(nested.pieces(0..1), Err(Error::Malformed(_))));
        assert_eq!(nested.len(), u64::MAX);
    }

    #[test]
    fn a_chain_follows_the_part_that_moved() {
        let packed = |pack| BlobRef::Packed { pack, offset: 88, len: 5, crc: 1 };
        let old = BlobId::Packed { pack: 1, offset: 88 };
        let mut chain = BlobRef::chain([file(1, 10), packed(1)]);
        assert!(chain.point_at(old, &packed(2)));
        assert_eq!(chain, BlobRef::chain([file(1, 10), packed(2)]));
        assert!(!chain.point_at(old, &packed(3)));
    }

    #[test]
    fn what_is_sealed_stays_so_where_it_moves() {
        let packed = |pack| BlobRef::Packed { pack, offset: 88, len: 5, crc: 1 };
        let sealed = |blob| BlobRef::Sealed(Salt::draw().unwrap(), Box::new(blob));
        let (salted, old) = (sealed(packed(1)), BlobId::Packed { pack: 1, offset: 88 });
        assert_eq!((salted.len(), salted.ids(), salted.is_sealed()), (5, vec![old], true));
        let mut chain = BlobRef::chain([file(1, 10), salted.clone(), sealed(file(2, 0))]);
        assert!(chain.is_sealed() && !BlobRef::chain([file(1, 10), file(2, 1)]).is_sealed());
        assert!(chain.point_at(old, &packed(2)));
        let BlobRef::Chain(parts) = &chain else { panic!("{chain:?}") };
        assert_eq!((parts[1].salt(), parts[1].bare()), (salted.salt(), &packed(2)));
        let stored = rmp_serde::to_vec_named(&chain).unwrap();
        assert_eq!(rmp_serde::from_slice::<BlobRef>(&stored).unwrap(), chain);
        let empty = || sealed(BlobRef::Inline(Bytes::new()));
        assert_eq!(BlobRef::chain([empty(), file(1, 1), empty()]), file(1, 1));
    }

    #[test]
    fn ids_sort_as_their_bytes() {
        let ids = [
            BlobId::File(1),
            BlobId::File(256),
            BlobId::Packed { pack: 0, offset: 9 },
            BlobId::Packed { pack: 1, offset: 0 },
        ];
        assert!(ids.is_sorted() && ids.map(BlobId::to_bytes).is_sorted());
    }
}
