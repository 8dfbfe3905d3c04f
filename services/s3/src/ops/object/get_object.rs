//! `GetObject`: an object's bytes, all or a range of them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use platform::{ByteStream, Ctx, Fail, Handle, Result};
use s3_api::{ChecksumMode, GetObject, GetObjectInput, GetObjectOutput};

use super::headers::{describe, override_headers};
use super::range;
use crate::checksum::{self, set_checksum};
use crate::condition::ReadIf;
use crate::encryption::{CustomerKey, check_given, customer_key, tell};
use crate::model::{Bucket, Version};
use crate::{S3, classes, error, lifecycle, names, store, tiering, usage};

/// Bytes that are read at once rather than streamed.
const AT_ONCE_MAX: u64 = 256 << 10;

impl Handle<GetObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: GetObjectInput) -> Result<GetObjectOutput> {
        names::check_key(&input.key)?;
        let given = customer_key!(ctx, input);
        // Between the row and the bytes an overwrite may let the bytes go: then the row is anew.
        for _ in 0..8 {
            let (bucket, version) = match find(ctx, &input) {
                Ok(found) => found,
                Err(fail) => return Err(super::missing(ctx, &input.bucket, fail).await),
            };
            match self.answer(ctx, &input, (&bucket, &version), given.as_ref()).await {
                Ok(mut output) => {
                    let at = (input.bucket.as_str(), &bucket);
                    output.expiration = lifecycle::expiration(ctx, at, &input.key, &version)?;
                    tiering::touch(ctx, &input.bucket, &input.key, &version).await?;
                    classes::bill(ctx, version.class());
                    output.body = usage::sending(ctx, &input.bucket, version.class(), output.body);
                    return Ok(output);
                }
                Err(Unread::Gone) => {}
                Err(Unread::Fail(fail)) => return Err(fail),
            }
        }
        Err(Fail::internal(anyhow::anyhow!("the bytes of {} keep going away", input.key)))
    }
}

enum Unread {
    Gone,
    Fail(Fail),
}

impl From<Fail> for Unread {
    fn from(fail: Fail) -> Self {
        Self::Fail(fail)
    }
}

fn unread(error: aquifer_object::Error) -> Unread {
    match error {
        aquifer_object::Error::NotFound(_) => Unread::Gone,
        error => Unread::Fail(error::from_objects(error)),
    }
}

fn find(ctx: &Ctx, input: &GetObjectInput) -> Result<(Bucket, Version)> {
    ctx.read(|tx| {
        let owner = input.expected_bucket_owner.as_ref();
        let bucket = store::bucket(ctx, tx, &input.bucket, owner)?;
        let id = input.version_id.as_deref();
        let version = store::readable(tx, &input.bucket, &input.key, id)?;
        Ok((bucket, version))
    })
}

impl S3 {
    async fn answer(
        &self,
        ctx: &Ctx,
        input: &GetObjectInput,
        (bucket, version): (&Bucket, &Version),
        given: Option<&CustomerKey>,
    ) -> Result<GetObjectOutput, Unread> {
        check_given(version, given)?;
        let condition = ReadIf {
            matches: input.if_match.as_deref(),
            none_match: input.if_none_match.as_deref(),
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        condition.check(version, false).map_err(|fail| {
            fail.with_header("ETag", version.quoted_etag())
                .with_header("Last-Modified", version.modified.http_date())
        })?;
        classes::check_readable(version)?;
        let wanted = range::wanted(version, input.range.as_deref(), input.part_number)?;
        let length = wanted.range.end - wanted.range.start;
        let key = self.open(ctx, (&input.bucket, &input.key), version, given).await?;
        let (blob, range, key) = (&version.blob, wanted.range.clone(), key.as_ref());
        let body = if length <= AT_ONCE_MAX {
            self.objects.read_all_with(blob, range, key).await.map_err(unread)?.into()
        } else {
            let mut stream = self.objects.read_with(blob, range, key).map_err(unread)?;
            stream.prime().await.map_err(unread)?;
            ByteStream::new(stream, Some(length))
        };
        let mut output = GetObjectOutput {
            body,
            content_length: i64::try_from(length).ok(),
            content_range: wanted.content_range(version.size),
            ..Default::default()
        };
        describe!(output, version, bucket);
        tell!(output, version.encryption.as_ref(), given);
        if input.part_number.is_some() && !version.parts.is_empty() {
            output.parts_count = i32::try_from(version.parts.len()).ok();
        }
        if input.checksum_mode == Some(ChecksumMode::Enabled) && !wanted.partial {
            output.checksum_type = version.checksum.as_ref().map(checksum::kind);
            set_checksum!(output, &version.checksum);
        }
        override_headers!(output, input);
        Ok(output)
    }
}
