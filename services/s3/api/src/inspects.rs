//! What AWS tells of stored objects through no operation of S3: Batch Operations ask for it from
//! within. Shared through the context's extensions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use platform::{Ctx, Result};

use crate::ServerSideEncryption;

/// A digest that can be taken of stored bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

/// A digest of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digested {
    /// Of the version whose bytes were read.
    pub etag: String,
    pub digest: Vec<u8>,
    /// Of how many parts' digests it is one, where it is not of the bytes themselves.
    pub parts: Option<usize>,
}

/// How an object is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptedBy {
    /// None where it is not, and where the client brings the key.
    pub method: Option<ServerSideEncryption>,
    /// The ARN of the key in KMS.
    pub kms_key: Option<String>,
    pub bucket_key: bool,
    /// Whether the client brings the key.
    pub customer: bool,
}

/// Looks at versions where they are kept: archived ones need not be restored for it.
pub trait Inspects: Send + Sync {
    /// Reads a version, the current one unless one is named, for its digest; `composite` is of the
    /// digests of its parts.
    fn digest(
        &self,
        ctx: Ctx,
        object: (String, String, Option<String>),
        kind: DigestKind,
        composite: bool,
    ) -> Pin<Box<dyn Future<Output = Result<Digested>> + Send>>;

    /// How a version is encrypted; none if it is not there.
    ///
    /// # Errors
    /// If the bucket cannot be read.
    fn encryption(
        &self,
        ctx: &Ctx,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<Option<EncryptedBy>>;
}

/// What inspects, under the type by which it is found.
pub struct Inspector(pub Arc<dyn Inspects>);
