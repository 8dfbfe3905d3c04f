//! `PutObject`: stores an object, whole or not at all.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutObject, PutObjectInput, PutObjectOutput};

use super::headers::{header_input, headers_of};
use crate::access::acl::{self, acl_headers};
use crate::changes::By;
use crate::checksum::{self, Algorithm, given_checksum, set_checksum};
use crate::classes::Class;
use crate::lock::{self, lock_headers};
use crate::model::{Version, Versioning};
use crate::receive::{Expected, Keep};
use crate::refuse::refuse;
use crate::{S3, classes, condition, encryption, lifecycle, names, store, usage, versions};

impl Handle<PutObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: PutObjectInput) -> Result<PutObjectOutput> {
        self.put(ctx, input, By::Put).await
    }
}

impl S3 {
    /// Stores an object, whichever way it came.
    pub(crate) async fn put(
        &self,
        ctx: &Ctx,
        mut input: PutObjectInput,
        by: By,
    ) -> Result<PutObjectOutput> {
        names::check_key(&input.key)?;
        refuse_unsupported(&input)?;
        let asked = encryption::asked!(ctx, input)?;
        let storage_class = classes::asked(input.storage_class)?;
        let (headers, tags) = headers_of(header_input!(input))?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        super::may_tag(ctx, (name, key), &tags).await?;
        let acl_headers = acl_headers!(input);
        let locking = lock_headers!(input);
        lock::may_set(ctx, (name, key), locking).await?;
        super::may_put_acl(ctx, (name, key), acl_headers).await?;
        let (if_match, if_none_match) = (input.if_match.as_deref(), input.if_none_match.as_deref());
        // What can be refused is refused before the body is taken in; conditions are asked again
        // when it is.
        let defaults = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            acl::of_new(ctx, (name, &bucket), key, acl_headers)?;
            lock::explicit(ctx, &bucket, locking)?;
            let current = store::find(tx, name, key, None)?;
            condition::check_write(key, current.as_ref(), if_match, if_none_match)?;
            encryption::defaults(tx, (name, &bucket))
        })?;
        let sealing = self.seal(ctx, (name, key), &asked, &defaults).await?;
        let expected = Expected {
            length: input.content_length,
            md5: input.content_md5.take(),
            checksum: given_checksum!(input),
            algorithm: input.checksum_algorithm.map(Algorithm::of),
            bytes_max: Some(self.object_bytes_max),
        };
        let class = Class::of(storage_class.as_deref());
        let keep = Keep { key: Some(&sealing.key), at: (name, key), class };
        let received = self.receive(std::mem::take(&mut input.body), expected, keep).await?;
        let put = self
            .name(ctx, &received.written.blob, |tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let current = store::find(tx, name, key, None)?;
                condition::check_write(key, current.as_ref(), if_match, if_none_match)?;
                let (owner, acl) = acl::of_new(ctx, (name, &bucket), key, acl_headers)?;
                let version = Version {
                    blob: received.written.blob.clone(),
                    size: received.written.size,
                    etag: sealing.encryption.etag(ctx, received.written.digests.md5),
                    encryption: Some(sealing.encryption.clone()),
                    headers,
                    storage_class,
                    checksum: Some(received.checksum.clone()),
                    tags,
                    acl,
                    lock: lock::of_new(ctx, tx, (name, &bucket), locking)?,
                    ..Version::new(owner, ctx.now().floor_millis())
                };
                let put = versions::put(ctx, tx, (name, &bucket), key, version, by)?;
                Ok::<_, Fail>((bucket, put))
            })
            .await;
        let (bucket, (version, freed)) = put?;
        self.free(freed).await;
        classes::bill(ctx, version.class());
        usage::received(ctx, name, version.size);
        let mut output = PutObjectOutput {
            expiration: lifecycle::expiration(ctx, (name, &bucket), key, &version)?,
            e_tag: Some(version.quoted_etag()),
            checksum_type: version.checksum.as_ref().map(checksum::kind),
            version_id: (bucket.versioning != Versioning::Never)
                .then(|| version.id_text().to_owned()),
            ..Default::default()
        };
        set_checksum!(output, &version.checksum);
        encryption::tell_made!(output, version.encryption.as_ref(), asked.customer());
        Ok(output)
    }
}

fn refuse_unsupported(input: &PutObjectInput) -> Result<()> {
    refuse!(input,
        write_offset_bytes => "x-amz-write-offset-bytes",
    );
    Ok(())
}
