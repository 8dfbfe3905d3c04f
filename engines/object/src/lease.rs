//! The time between storing a blob and naming it in a row, during which nothing else knows that
//! it is alive. What the lease protects from is `compact.rs`; how long is `packs.rs`'s business.

use std::fmt;
use std::sync::Arc;

use crate::Inner;
use crate::blob::BlobRef;
use crate::store::Store;

/// Keeps compaction from taking a blob that no row names yet for a dead one. Only packed blobs
/// need it; for others it is empty.
#[derive(Clone, Default)]
pub struct Lease(Option<Arc<Leased>>);

struct Leased {
    inner: Arc<Inner>,
    pack: u64,
}

impl Lease {
    /// Takes over the lease that appending `blob` began.
    pub(crate) fn new(inner: &Arc<Inner>, blob: &BlobRef) -> Lease {
        match *blob {
            BlobRef::Packed { pack, .. } => {
                Lease(Some(Arc::new(Leased { inner: inner.clone(), pack })))
            }
            _ => Lease(None),
        }
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        if let Store::Disk(disk) = &self.inner.store {
            disk.packs.let_go(self.pack);
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.0.as_ref().map(|leased| leased.pack)).finish()
    }
}
