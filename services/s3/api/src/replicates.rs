//! Replication of single versions, which AWS has no operation for: Batch Operations do it from
//! within. Shared through the context's extensions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use platform::{Ctx, Result};

/// Replicates versions by the rules of their bucket.
pub trait Replicates: Send + Sync {
    /// Copies a version, the current one unless one is named, to where the rules say, and waits for
    /// it. Versions from before the rules, and replicas, are copied as well.
    fn replicate(
        &self,
        ctx: Ctx,
        bucket: String,
        key: String,
        version_id: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send>>;

    /// Whether any rule applies to a version.
    ///
    /// # Errors
    /// If the bucket cannot be read.
    fn is_eligible(
        &self,
        ctx: &Ctx,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<bool>;
}

/// What replicates, under the type by which it is found.
pub struct Replicator(pub Arc<dyn Replicates>);
