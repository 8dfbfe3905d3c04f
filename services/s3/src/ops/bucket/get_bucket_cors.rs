//! `GetBucketCors`: what pages of other sites may do with a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{CORSConfiguration, GetBucketCors, GetBucketCorsInput, GetBucketCorsOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetBucketCors> for S3 {
    async fn handle(&self, ctx: &Ctx, input: GetBucketCorsInput) -> Result<GetBucketCorsOutput> {
        let name = input.bucket.as_str();
        let set: Option<CORSConfiguration> = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Cors)
        })?;
        let set = set.ok_or_else(|| {
            let message = "The CORS configuration does not exist";
            Fail::new("NoSuchCORSConfiguration", 404, message).with("BucketName", name)
        })?;
        Ok(GetBucketCorsOutput { cors_rules: Some(set.cors_rules) })
    }
}
