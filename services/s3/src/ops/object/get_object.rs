//! `GetObject`: an object's bytes, all or a range of them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use platform::{ByteStream, Ctx, Fail, Handle, Result};
use s3_api::{ChecksumMode, GetObject, GetObjectInput, GetObjectOutput};

use super::headers::describe;
use super::range;
use crate::checksum::{self, set_checksum};
use crate::condition::ReadIf;
use crate::model::{Bucket, Version};
use crate::refuse::refuse;
use crate::{S3, error, store};

/// Bytes that are read at once rather than streamed.
const AT_ONCE_MAX: u64 = 256 << 10;

impl Handle<GetObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: GetObjectInput) -> Result<GetObjectOutput> {
        refuse!(input, sse_customer_algorithm => "x-amz-server-side-encryption-customer-algorithm");
        // Between the row and the bytes an overwrite may let the bytes go: then the row is anew.
        for _ in 0..8 {
            let (bucket, version) = find(ctx, &input)?;
            match self.answer(&input, &bucket, &version).await {
                Ok(output) => return Ok(output),
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
        input: &GetObjectInput,
        bucket: &Bucket,
        version: &Version,
    ) -> Result<GetObjectOutput, Unread> {
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
        let wanted = range::wanted(version, input.range.as_deref(), input.part_number)?;
        let length = wanted.range.end - wanted.range.start;
        let body = if length <= AT_ONCE_MAX {
            let bytes =
                self.objects.read_all(&version.blob, wanted.range.clone()).await.map_err(unread)?;
            bytes.into()
        } else {
            let mut stream =
                self.objects.read(&version.blob, wanted.range.clone()).map_err(unread)?;
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
        if input.part_number.is_some() && !version.parts.is_empty() {
            output.parts_count = i32::try_from(version.parts.len()).ok();
        }
        if input.checksum_mode == Some(ChecksumMode::Enabled) && !wanted.partial {
            output.checksum_type = version.checksum.as_ref().map(checksum::kind);
            set_checksum!(output, &version.checksum);
        }
        override_headers(input, &mut output);
        Ok(output)
    }
}

/// What the request says the answer's headers shall be.
fn override_headers(input: &GetObjectInput, output: &mut GetObjectOutput) {
    let set = |to: &mut Option<String>, from: &Option<String>| {
        if from.is_some() {
            to.clone_from(from);
        }
    };
    set(&mut output.cache_control, &input.response_cache_control);
    set(&mut output.content_disposition, &input.response_content_disposition);
    set(&mut output.content_encoding, &input.response_content_encoding);
    set(&mut output.content_language, &input.response_content_language);
    set(&mut output.content_type, &input.response_content_type);
    if input.response_expires.is_some() {
        output.expires = input.response_expires.map(|expires| expires.http_date());
    }
}
