//! Blobs in memory, for runs that keep nothing. The same promises but durability.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use parking_lot::RwLock;

use crate::blob::{BlobId, BlobRef};
use crate::error::{Error, Result};

/// All blobs of a run.
#[derive(Default)]
pub(crate) struct Memory {
    blobs: RwLock<HashMap<u64, Arc<Stored>>>,
    last_id: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Default)]
struct Stored {
    /// Each with the offset it starts at, ascending, none empty.
    chunks: Vec<(u64, Bytes)>,
    len: u64,
}

impl Memory {
    pub fn put(self: &Arc<Memory>, chunks: &[Bytes]) -> BlobRef {
        let mut sink = MemorySink::new(self);
        sink.write(chunks);
        sink.finish()
    }

    pub fn read(&self, id: u64, range: Range<u64>) -> Result<Bytes> {
        let blob = BlobId::File(id);
        let stored = self.blobs.read().get(&id).cloned().ok_or(Error::NotFound(blob))?;
        if range.end > stored.len {
            return Err(Error::Corrupt { blob, offset: stored.len });
        }
        let from =
            stored.chunks.partition_point(|(at, bytes)| at + bytes.len() as u64 <= range.start);
        let cut = |(at, bytes): &(u64, Bytes)| {
            let start = range.start.saturating_sub(*at) as usize;
            let end = (range.end - at).min(bytes.len() as u64) as usize;
            bytes.slice(start..end)
        };
        let mut touched = stored.chunks[from..].iter().take_while(|(at, _)| *at < range.end);
        let Some(first) = touched.next().map(cut) else { return Ok(Bytes::new()) };
        let wanted = (range.end - range.start) as usize;
        if first.len() == wanted {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(wanted);
        whole.extend_from_slice(&first);
        touched.for_each(|chunk| whole.extend_from_slice(&cut(chunk)));
        Ok(whole.freeze())
    }

    /// Removes a blob; its size.
    pub fn remove(&self, id: u64) -> Option<u64> {
        let removed = self.blobs.write().remove(&id)?;
        self.bytes.fetch_sub(removed.len, Ordering::Relaxed);
        Some(removed.len)
    }

    /// Removes all blobs. Ids go on: a blob being written does not become another's.
    pub fn clear(&self) {
        let mut blobs = self.blobs.write();
        let removed = blobs.drain().map(|(_, blob)| blob.len).sum();
        self.bytes.fetch_sub(removed, Ordering::Relaxed);
    }

    /// Number of blobs, and their bytes.
    pub fn usage(&self) -> (u64, u64) {
        (self.blobs.read().len() as u64, self.bytes.load(Ordering::Relaxed))
    }
}

/// A blob being written.
pub(crate) struct MemorySink {
    memory: Arc<Memory>,
    stored: Stored,
}

impl MemorySink {
    pub fn new(memory: &Arc<Memory>) -> MemorySink {
        MemorySink { memory: memory.clone(), stored: Stored::default() }
    }

    /// Copies: a chunk may be a small slice that keeps a large receive buffer alive.
    pub fn write(&mut self, chunks: &[Bytes]) {
        let len = chunks.iter().map(Bytes::len).sum();
        if len > 0 {
            let mut copy = Vec::with_capacity(len);
            chunks.iter().for_each(|chunk| copy.extend_from_slice(chunk));
            self.stored.chunks.push((self.stored.len, copy.into()));
            self.stored.len += len as u64;
        }
    }

    pub fn finish(self) -> BlobRef {
        let id = self.memory.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let len = self.stored.len;
        self.memory.bytes.fetch_add(len, Ordering::Relaxed);
        self.memory.blobs.write().insert(id, Arc::new(self.stored));
        BlobRef::File { id, len }
    }
}
