//! `ListBucketIntelligentTieringConfigurations`: a bucket's configurations, a hundred a page.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html>

use platform::{Ctx, Handle, Result, decode_token, encode_token};
use s3_api::{
    ListBucketIntelligentTieringConfigurations, ListBucketIntelligentTieringConfigurationsInput,
    ListBucketIntelligentTieringConfigurationsOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

const PAGE: usize = 100;

impl Handle<ListBucketIntelligentTieringConfigurations> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListBucketIntelligentTieringConfigurationsInput,
    ) -> Result<ListBucketIntelligentTieringConfigurationsOutput> {
        let name = input.bucket.as_str();
        let list = format!("ListBucketIntelligentTieringConfigurations/{name}");
        let after = match &input.continuation_token {
            Some(token) => Some(decode_token(&list, token).ok_or_else(|| {
                let message = "The continuation token provided is incorrect";
                error::invalid_argument("continuation-token", token, message)
            })?),
            None => None,
        };
        let all = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::all(tx, (name, &bucket), Setting::IntelligentTiering)
        })?;
        let rest = all.into_iter().filter(|(id, _)| after.as_ref().is_none_or(|after| id > after));
        let mut page: Vec<_> = rest.take(PAGE + 1).collect();
        let more = page.len() > PAGE;
        page.truncate(PAGE);
        let last = page.last().filter(|_| more);
        Ok(ListBucketIntelligentTieringConfigurationsOutput {
            is_truncated: Some(more),
            next_continuation_token: last.map(|(id, _)| encode_token(&list, id)),
            continuation_token: input.continuation_token,
            intelligent_tiering_configuration_list: Some(
                page.into_iter().map(|(_, configuration)| configuration).collect(),
            ),
        })
    }
}
