//! `ListBucketMetricsConfigurations`: the parts of a bucket that requests are counted for, by their ids.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    ListBucketMetricsConfigurations, ListBucketMetricsConfigurationsInput,
    ListBucketMetricsConfigurationsOutput,
};

use super::selections;
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<ListBucketMetricsConfigurations> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListBucketMetricsConfigurationsInput,
    ) -> Result<ListBucketMetricsConfigurationsOutput> {
        let name = input.bucket.as_str();
        let all = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::all(tx, (name, &bucket), Setting::Metrics)
        })?;
        let page = selections::page(
            "ListBucketMetricsConfigurations",
            all,
            input.continuation_token.as_deref(),
        )?;
        Ok(ListBucketMetricsConfigurationsOutput {
            metrics_configuration_list: Some(
                page.items.into_iter().map(|(_, item)| item).collect(),
            ),
            continuation_token: input.continuation_token,
            is_truncated: Some(page.next_token.is_some()),
            next_continuation_token: page.next_token,
        })
    }
}
