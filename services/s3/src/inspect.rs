//! Looks at objects where they are kept, for Batch Operations: digests of bytes that need not be
//! restored for it, and how versions are encrypted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-compute-checksums.html>

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

use aquifer_object::Key;
use futures::StreamExt;
use platform::{Ctx, Fail, House, Result};
use s3_api::{DigestKind, Digested, EncryptedBy};
use sha2::Digest;

use crate::encryption::{Encryption, Told};
use crate::model::Version;
use crate::ops::object::require;
use crate::{S3, error, store};

/// How often a version is found anew because its bytes went away.
const TRIES: usize = 8;

/// Lets others ask for digests.
pub(crate) fn register(house: &House, room: &Arc<S3>) {
    let inspects: Arc<dyn s3_api::Inspects> = Arc::new(Direct(Arc::clone(room)));
    house.parts.set_ext(Arc::new(s3_api::Inspector(inspects)));
}

struct Direct(Arc<S3>);

impl s3_api::Inspects for Direct {
    fn digest(
        &self,
        ctx: Ctx,
        object: (String, String, Option<String>),
        kind: DigestKind,
        composite: bool,
    ) -> Pin<Box<dyn Future<Output = Result<Digested>> + Send>> {
        let room = Arc::clone(&self.0);
        Box::pin(async move {
            let (bucket, key, id) = (&object.0, &object.1, object.2.as_deref());
            let action = if id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
            require(&ctx, action, (bucket, key), id).await?;
            for _ in 0..TRIES {
                let version = ctx.read(|tx| {
                    store::bucket(&ctx, tx, bucket, None)?;
                    store::readable(tx, bucket, key, id)
                })?;
                if let Some(found) =
                    room.digest(&ctx, (bucket, key), &version, kind, composite).await?
                {
                    return Ok(found);
                }
            }
            Err(Fail::internal(anyhow::anyhow!("the bytes to be digested keep going away")))
        })
    }

    fn encryption(
        &self,
        ctx: &Ctx,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<Option<EncryptedBy>> {
        ctx.read(|tx| {
            store::bucket(ctx, tx, bucket, None)?;
            let version = store::find(tx, bucket, key, version_id)?;
            Ok(version.map(|version| {
                let told = Told::of(version.encryption.as_ref(), None);
                EncryptedBy {
                    method: told.method,
                    kms_key: told.kms_key,
                    bucket_key: told.bucket_key == Some(true),
                    customer: matches!(version.encryption, Some(Encryption::Customer(_))),
                }
            }))
        })
    }
}

impl S3 {
    /// None if the bytes are gone.
    async fn digest(
        &self,
        ctx: &Ctx,
        object: (&str, &str),
        version: &Version,
        kind: DigestKind,
        composite: bool,
    ) -> Result<Option<Digested>> {
        if matches!(version.encryption, Some(Encryption::Customer(_))) {
            let message = "SSE-C encryption type is not supported for this operation";
            return Err(error::invalid_request(message));
        }
        let opening = self.open(ctx, object, version, None).await?;
        let etag = version.etag.clone();
        if !composite {
            let whole = 0..version.size;
            let digest = self.digest_range(version, whole, kind, opening.as_ref()).await?;
            return Ok(digest.map(|digest| Digested { etag, digest, parts: None }));
        }
        let sizes: Vec<u64> = match version.parts.as_slice() {
            [] => vec![version.size],
            parts => parts.iter().map(|part| part.size).collect(),
        };
        let (mut all, mut start) = (Hasher::new(kind), 0);
        for size in &sizes {
            let range = start..start + size;
            start = range.end;
            match self.digest_range(version, range, kind, opening.as_ref()).await? {
                Some(part) => all.update(&part),
                None => return Ok(None),
            }
        }
        Ok(Some(Digested { etag, digest: all.finish(), parts: Some(sizes.len()) }))
    }

    async fn digest_range(
        &self,
        version: &Version,
        range: Range<u64>,
        kind: DigestKind,
        key: Option<&Key>,
    ) -> Result<Option<Vec<u8>>> {
        let mut hasher = Hasher::new(kind);
        let mut bytes = match self.objects.read_with(&version.blob, range, key) {
            Err(aquifer_object::Error::NotFound(_)) => return Ok(None),
            read => read.map_err(error::from_objects)?,
        };
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => hasher.update(&chunk),
                Err(error) if error::is_gone(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(hasher.finish()))
    }
}

/// A digest that is being taken.
enum Hasher {
    /// Its value stands in the low bytes of the library's 64 bits.
    Crc(Box<crc_fast::Digest>, usize),
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

impl Hasher {
    fn new(kind: DigestKind) -> Self {
        use crc_fast::CrcAlgorithm::{Crc32Iscsi, Crc32IsoHdlc, Crc64Nvme};
        let crc = |algorithm, width| Self::Crc(Box::new(crc_fast::Digest::new(algorithm)), width);
        match kind {
            DigestKind::Crc32 => crc(Crc32IsoHdlc, 4),
            DigestKind::Crc32c => crc(Crc32Iscsi, 4),
            DigestKind::Crc64Nvme => crc(Crc64Nvme, 8),
            DigestKind::Md5 => Self::Md5(Digest::new()),
            DigestKind::Sha1 => Self::Sha1(Digest::new()),
            DigestKind::Sha256 => Self::Sha256(Digest::new()),
            DigestKind::Sha512 => Self::Sha512(Digest::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(crc, _) => crc.update(bytes),
            Self::Md5(hash) => hash.update(bytes),
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc(crc, width) => {
                let bytes = crc.finalize().to_be_bytes();
                bytes.get(bytes.len() - width..).unwrap_or_default().to_vec()
            }
            Self::Md5(hash) => hash.finalize().to_vec(),
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha512(hash) => hash.finalize().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_catalogues() {
        let of = |kind| {
            let mut hasher = Hasher::new(kind);
            hasher.update(b"1234");
            hasher.update(b"56789");
            hex::encode(hasher.finish())
        };
        assert_eq!(of(DigestKind::Crc32), "cbf43926");
        assert_eq!(of(DigestKind::Crc32c), "e3069283");
        assert_eq!(of(DigestKind::Crc64Nvme), "ae8b14860a799888");
        assert_eq!(of(DigestKind::Md5), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(of(DigestKind::Sha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        assert!(of(DigestKind::Sha256).starts_with("15e2b0d3c33891eb"));
        assert!(of(DigestKind::Sha512).starts_with("d9e6762dd1c8eaf6"));
    }
}
