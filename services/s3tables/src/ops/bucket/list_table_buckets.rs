//! `ListTableBuckets`: the buckets of the account in the region.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_ListTableBuckets.html>

use platform::{Ctx, Handle, Page, Result};
use s3tables_api::{
    ListTableBuckets, ListTableBucketsInput, ListTableBucketsOutput, TableBucketSummary,
    TableBucketType,
};

use crate::store::BUCKETS;
use crate::{S3Tables, names, pages};

const LIST: &str = "ListTableBuckets";

impl Handle<ListTableBuckets> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTableBucketsInput,
    ) -> Result<ListTableBucketsOutput> {
        let after = pages::after(LIST, input.continuation_token.as_deref())?;
        let prefix = input.prefix.unwrap_or_default();
        // None of the buckets is one that AWS made.
        let none = input.r#type == Some(TableBucketType::Aws);
        let limit = pages::size(input.max_buckets);
        let page = ctx.read(|tx| {
            let scan = match &after {
                Some(name) => BUCKETS.scan(tx).after(name.as_str()),
                None => BUCKETS.scan(tx),
            };
            let wanted = scan.filter(|row| match row {
                Ok((name, _)) => name.starts_with(&prefix) && !none,
                Err(_) => true,
            });
            Page::take(LIST, wanted, limit, |(name, _)| name.clone())
        })?;
        let summary = |(name, row): (String, crate::model::BucketRow)| TableBucketSummary {
            arn: names::bucket_arn(ctx.scope(), &name),
            name,
            owner_account_id: ctx.scope().account.to_string(),
            created_at: row.created,
            table_bucket_id: Some(row.id),
            r#type: Some(TableBucketType::Customer),
        };
        Ok(ListTableBucketsOutput {
            table_buckets: page.items.into_iter().map(summary).collect(),
            continuation_token: page.next_token,
        })
    }
}
