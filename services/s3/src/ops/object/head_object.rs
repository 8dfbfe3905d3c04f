//! `HeadObject`: what there is to know of an object but its bytes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>

use platform::{Ctx, Handle, Result};
use s3_api::{ChecksumMode, HeadObject, HeadObjectInput, HeadObjectOutput};

use super::headers::{describe, override_headers};
use super::range;
use crate::checksum::{self, set_checksum};
use crate::condition::ReadIf;
use crate::encryption::{check_given, customer_key, tell};
use crate::{S3, classes, lifecycle, names, store};

impl Handle<HeadObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: HeadObjectInput) -> Result<HeadObjectOutput> {
        names::check_key(&input.key)?;
        let given = customer_key!(ctx, input);
        let found = ctx.read(|tx| {
            let owner = input.expected_bucket_owner.as_ref();
            let bucket = store::bucket(ctx, tx, &input.bucket, owner)?;
            let id = input.version_id.as_deref();
            let version = store::readable(tx, &input.bucket, &input.key, id)?;
            Ok::<_, platform::Fail>((bucket, version))
        });
        let (bucket, version) = match found {
            Ok(found) => found,
            Err(fail) => return Err(super::missing(ctx, &input.bucket, fail).await),
        };
        check_given(&version, given.as_ref())?;
        classes::bill(ctx, version.class());
        let condition = ReadIf {
            matches: input.if_match.as_deref(),
            none_match: input.if_none_match.as_deref(),
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        condition.check(&version, false).map_err(|fail| {
            fail.with_header("ETag", version.quoted_etag())
                .with_header("Last-Modified", version.modified.http_date())
        })?;
        let wanted = range::wanted(&version, input.range.as_deref(), input.part_number)?;
        let mut output = HeadObjectOutput {
            content_length: i64::try_from(wanted.range.end - wanted.range.start).ok(),
            content_range: wanted.content_range(version.size),
            ..Default::default()
        };
        describe!(output, &version, bucket);
        tell!(output, version.encryption.as_ref(), given.as_ref());
        let at = (input.bucket.as_str(), &bucket);
        output.expiration = lifecycle::expiration(ctx, at, &input.key, &version)?;
        output.archive_status = version.tiering.as_ref().and_then(|known| known.tier.archive());
        override_headers!(output, input);
        if input.part_number.is_some() && !version.parts.is_empty() {
            output.parts_count = i32::try_from(version.parts.len()).ok();
        }
        if input.checksum_mode == Some(ChecksumMode::Enabled) && !wanted.partial {
            output.checksum_type = version.checksum.as_ref().map(checksum::kind);
            set_checksum!(output, &version.checksum);
        }
        Ok(output)
    }
}
