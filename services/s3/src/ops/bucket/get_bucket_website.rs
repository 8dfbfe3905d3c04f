//! `GetBucketWebsite`: the website that a bucket is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketWebsite, GetBucketWebsiteInput, GetBucketWebsiteOutput, WebsiteConfiguration,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<GetBucketWebsite> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketWebsiteInput,
    ) -> Result<GetBucketWebsiteOutput> {
        let name = input.bucket.as_str();
        let site: Option<WebsiteConfiguration> = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Website)
        })?;
        let site = site.ok_or_else(|| error::no_such_website(name))?;
        Ok(GetBucketWebsiteOutput {
            error_document: site.error_document,
            index_document: site.index_document,
            redirect_all_requests_to: site.redirect_all_requests_to,
            routing_rules: site.routing_rules,
        })
    }
}
