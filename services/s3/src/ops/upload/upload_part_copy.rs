//! `UploadPartCopy`: a part from the bytes of an object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{CopyPartResult, UploadPartCopy, UploadPartCopyInput, UploadPartCopyOutput};

use crate::checksum::{Algorithm, Checksum, set_checksum};
use crate::classes::Class;
use crate::condition::ReadIf;
use crate::copy_source::CopySource;
use crate::encryption::{self, customer_key, source_key, tell};
use crate::model::{Part, Versioning};
use crate::ops::object::copy_object::{self, CopyKeys, Source};
use crate::ops::object::range;
use crate::receive::{BODY_BYTES_MAX, Keep};
use crate::store;
use crate::{S3, error, usage};

impl Handle<UploadPartCopy> for S3 {
    async fn handle(&self, ctx: &Ctx, input: UploadPartCopyInput) -> Result<UploadPartCopyOutput> {
        let given = customer_key!(ctx, input);
        let source_key = source_key!(ctx, input);
        let number = super::part_number(input.part_number)?;
        let mut source = CopySource::parse(&input.copy_source)?;
        let reading = self.points.source(ctx, &mut source.bucket)?;
        copy_object::may_read(&reading, &source).await?;
        let (name, key, upload_id) =
            (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
        let find = || find(ctx, &input, &source);
        let (upload, defaults) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let upload = store::upload(tx, name, key, upload_id)?;
            Ok::<_, Fail>((upload, encryption::defaults(tx, (name, &bucket))?))
        })?;
        let encryption = upload.encryption.as_ref();
        let seal = self.seal_part(ctx, (name, key), encryption, given.as_ref(), &defaults).await?;
        let keys = CopyKeys {
            source: (&source.bucket, &source.key),
            given: source_key.as_ref(),
            keep: Keep {
                key: seal.as_ref(),
                at: (name, key),
                class: Class::of(upload.storage_class.as_deref()),
            },
        };
        let (found, written) = self.copy_bytes(ctx, find, keys).await?;
        let Source { from, bucket: from_bucket, algorithm, .. } = found;
        let value = algorithm.pick(&written.digests).unwrap_or_default();
        let part = Part {
            blob: written.blob.clone(),
            size: written.size,
            etag: encryption::etag(encryption, ctx, written.digests.md5),
            modified: ctx.now().floor_millis(),
            checksum: Some(Checksum { algorithm, value, full_object: true }),
            said: None,
        };
        let put = self
            .name(ctx, &written.blob, |tx| {
                store::upload(tx, name, key, upload_id)?;
                store::put_part(tx, ctx.now(), (name, upload_id, number), &part)
            })
            .await;
        self.free(put?).await;
        usage::retrieved(ctx, &source.bucket, from.class(), part.size);
        let mut result = CopyPartResult {
            e_tag: Some(format!("\"{}\"", part.etag)),
            last_modified: Some(part.modified),
            ..Default::default()
        };
        set_checksum!(result, &part.checksum);
        let mut output = UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: (from_bucket.versioning != Versioning::Never)
                .then(|| from.id_text().to_owned()),
            ..Default::default()
        };
        tell!(output, encryption, given.as_ref());
        Ok(output)
    }
}

/// Finds the bytes that a request copies.
fn find(ctx: &Ctx, input: &UploadPartCopyInput, source: &CopySource) -> Result<Source> {
    let (from, bucket, upload) = ctx.read(|tx| {
        let owner = input.expected_source_bucket_owner.as_ref();
        let bucket = store::bucket(ctx, tx, &source.bucket, owner)?;
        store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())?;
        let upload = store::upload(tx, &input.bucket, &input.key, &input.upload_id)?;
        Ok::<_, Fail>((copy_object::find_source(tx, source)?, bucket, upload))
    })?;
    ReadIf {
        matches: input.copy_source_if_match.as_deref(),
        none_match: input.copy_source_if_none_match.as_deref(),
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    }
    .check(&from, true)?;
    let range = source_range(input.copy_source_range.as_deref(), from.size)?;
    if range.end - range.start > BODY_BYTES_MAX {
        return Err(error::invalid_request(format!(
            "The specified copy source is larger than the maximum allowable size for a copy \
             source: {BODY_BYTES_MAX}"
        )));
    }
    let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
    Ok(Source { from, bucket, range, algorithm })
}

/// Unlike a read, a copy must name bytes that are there.
fn source_range(text: Option<&str>, size: u64) -> Result<std::ops::Range<u64>> {
    let Some(text) = text else { return Ok(0..size) };
    let bad = |message: &str| error::invalid_argument("x-amz-copy-source-range", text, message);
    match range::parse(text) {
        Some(range::Asked::FromTo(first, last)) if last < size => Ok(first..last + 1),
        Some(range::Asked::FromTo(..)) => {
            Err(bad(&format!("Range specified is not valid for source object of size: {size}")))
        }
        _ => Err(bad(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first \
             and last are the zero-based offsets of the first and last bytes to copy",
        )),
    }
}
