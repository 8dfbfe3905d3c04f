//! Moving blobs between places: from all zones to one, and from one to all.
//!
//! Bytes are moved as they are stored, sealed or not. The caller points its row at them in the
//! transaction that calls for the move, and lets the old ones go, as with compaction.

use std::sync::Arc;

use bytes::Bytes;

use crate::blob::{BlobRef, Piece};
use crate::error::Result;
use crate::lease::Lease;
use crate::read::PinGuard;
use crate::store::{Keep, Store};
use crate::write::blocking;
use crate::zone::Place;
use crate::{Inner, Objects};

/// Bytes moved at a time.
const CHUNK: u64 = 1 << 20;

/// A blob whose bytes were copied to another place.
#[derive(Clone, Debug)]
pub struct Rehoused {
    /// To be named in place of the one asked about.
    pub blob: BlobRef,
    /// What of it is new: to be let go if it comes to be named by no row.
    pub made: BlobRef,
    /// What of the former it replaces: to be let go when no row names it any more.
    pub replaced: BlobRef,
    /// To be held until the transaction that names the blob is handed over to be committed.
    pub leases: Vec<Lease>,
}

impl Objects {
    /// Copies a blob to where one that is written so would be: in one zone, or in all. None if it is
    /// there already, as it is where there is one copy of everything. What is packed is durable
    /// after the next `sync_pending`.
    ///
    /// `label`: as for [`crate::Writer::labelled`].
    pub async fn rehouse(
        &self,
        blob: &BlobRef,
        one_zone: bool,
        label: impl Into<Bytes>,
    ) -> Result<Option<Rehoused>> {
        let Store::Disk(disk) = &self.inner.store else { return Ok(None) };
        if disk.folder.zones.len() == 1 || blob.ids().is_empty() {
            return Ok(None);
        }
        let keep = Keep { one_zone, label: label.into() };
        let (inner, blob) = (self.inner.clone(), blob.clone());
        blocking(move || rehouse(&inner, &blob, &keep)).await
    }
}

fn is_there(part: &BlobRef, one_zone: bool) -> bool {
    match *part.bare() {
        BlobRef::Packed { pack: id, .. } | BlobRef::File { id, .. } => {
            matches!(Place::of(id), Place::One(_)) == one_zone
        }
        _ => true,
    }
}

fn rehouse(inner: &Arc<Inner>, blob: &BlobRef, keep: &Keep) -> Result<Option<Rehoused>> {
    let pieces = blob.pieces(0..blob.len())?;
    let _pin = PinGuard::new(inner, &pieces)?;
    let (mut parts, mut made, mut replaced, mut leases) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for piece in pieces {
        if is_there(&piece.blob, keep.one_zone) {
            parts.push(piece.blob);
            continue;
        }
        match copy(inner, &piece, keep) {
            Ok(new) => {
                leases.push(Lease::new(inner, &new));
                made.push(new.clone());
                parts.push(match piece.blob.salt() {
                    Some(salt) => BlobRef::Sealed(salt, Box::new(new)),
                    None => new,
                });
                replaced.push(piece.blob);
            }
            Err(error) => {
                // Best effort: what stays is swept at the next start.
                made.iter().for_each(|blob| inner.let_go(blob));
                return Err(error);
            }
        }
    }
    if made.is_empty() {
        return Ok(None);
    }
    let (blob, made, replaced) =
        (BlobRef::chain(parts), BlobRef::chain(made), BlobRef::chain(replaced));
    Ok(Some(Rehoused { blob, made, replaced, leases }))
}

/// Copies one blob as it is stored.
fn copy(inner: &Arc<Inner>, piece: &Piece, keep: &Keep) -> Result<BlobRef> {
    if let BlobRef::Packed { len, crc, .. } = *piece.blob.bare() {
        let bytes = inner.store.read(piece)?;
        return inner.store.put(keep, &[bytes], len, crc);
    }
    let len = piece.blob.len();
    let mut sink = inner.store.sink(keep.one_zone, len)?;
    let mut at = 0;
    while at < len {
        let end = len.min(at + CHUNK);
        let chunk = Piece { blob: piece.blob.clone(), range: at..end };
        sink.write(&[inner.store.read(&chunk)?])?;
        at = end;
    }
    inner.store.finish(sink)
}
