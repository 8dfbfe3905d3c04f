//! `ListBucketAnalyticsConfigurations`: the parts of a bucket that the use of is analysed, by their ids.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    ListBucketAnalyticsConfigurations, ListBucketAnalyticsConfigurationsInput,
    ListBucketAnalyticsConfigurationsOutput,
};

use super::selections;
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<ListBucketAnalyticsConfigurations> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListBucketAnalyticsConfigurationsInput,
    ) -> Result<ListBucketAnalyticsConfigurationsOutput> {
        let name = input.bucket.as_str();
        let all = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::all(tx, (name, &bucket), Setting::Analytics)
        })?;
        let page = selections::page(
            "ListBucketAnalyticsConfigurations",
            all,
            input.continuation_token.as_deref(),
        )?;
        Ok(ListBucketAnalyticsConfigurationsOutput {
            analytics_configuration_list: Some(
                page.items.into_iter().map(|(_, item)| item).collect(),
            ),
            continuation_token: input.continuation_token,
            is_truncated: Some(page.next_token.is_some()),
            next_continuation_token: page.next_token,
        })
    }
}
