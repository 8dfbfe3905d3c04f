//! `UploadPart`: takes in one part; a part sent again replaces the former.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{UploadPart, UploadPartInput, UploadPartOutput};

use crate::checksum::{Algorithm, given_checksum, set_checksum};
use crate::classes::Class;
use crate::encryption::{self, customer_key, tell};
use crate::model::{Part, Upload};
use crate::receive::{Expected, Keep};
use crate::store;
use crate::{S3, classes, error, usage};

impl Handle<UploadPart> for S3 {
    async fn handle(&self, ctx: &Ctx, mut input: UploadPartInput) -> Result<UploadPartOutput> {
        let given = customer_key!(ctx, input);
        let number = super::part_number(input.part_number)?;
        let (name, key, upload_id) =
            (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
        let (upload, defaults) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let upload = store::upload(tx, name, key, upload_id)?;
            Ok::<_, Fail>((upload, encryption::defaults(tx, (name, &bucket))?))
        })?;
        let encryption = upload.encryption.as_ref();
        let seal = self.seal_part(ctx, (name, key), encryption, given.as_ref(), &defaults).await?;
        // The object's checksum is made of the parts', whatever else a client says of a part.
        let expected = Expected {
            length: input.content_length,
            md5: input.content_md5.take(),
            checksum: given_checksum!(input),
            algorithm: Some(upload.algorithm.unwrap_or(Algorithm::Crc64Nvme)),
            bytes_max: None,
        };
        check_algorithm(&upload, expected.said(&input.body))?;
        let class = Class::of(upload.storage_class.as_deref());
        let keep = Keep { key: seal.as_ref(), at: (name, key), class };
        let received = self.receive(std::mem::take(&mut input.body), expected, keep).await?;
        let part = Part {
            blob: received.written.blob.clone(),
            size: received.written.size,
            etag: encryption::etag(encryption, ctx, received.written.digests.md5),
            modified: ctx.now().floor_millis(),
            checksum: Some(received.checksum),
            said: received.said,
        };
        let put = self
            .name(ctx, &received.written.blob, |tx| {
                store::upload(tx, name, key, upload_id)?;
                store::put_part(tx, ctx.now(), (name, upload_id, number), &part)
            })
            .await;
        self.free(put?).await;
        classes::bill(ctx, class);
        usage::received(ctx, name, part.size);
        let mut output =
            UploadPartOutput { e_tag: Some(format!("\"{}\"", part.etag)), ..Default::default() };
        set_checksum!(output, part.said.as_ref().or(part.checksum.as_ref()));
        tell!(output, encryption, given.as_ref());
        Ok(output)
    }
}

/// Parts carry checksums of the algorithm that the upload named, if it did; those that a checksum
/// of checksums is made of have to.
fn check_algorithm(upload: &Upload, said: Option<Algorithm>) -> Result<()> {
    let Some(expected) = upload.algorithm else { return Ok(()) };
    match said {
        None if upload.full_object => Ok(()),
        Some(said) if said == expected => Ok(()),
        said => Err(error::checksum_mismatch(expected, said)),
    }
}
