//! `ListBuckets`: the caller's buckets by name.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use platform::{Ctx, Handle, Result, decode_token, encode_token};
use s3_api::{Bucket, ListBuckets, ListBucketsInput, ListBucketsOutput, Owner};

use crate::store::{BUCKETS, OWNED};
use crate::{S3, error};

/// Buckets of one page, at most.
const BUCKETS_MAX: i32 = 10_000;

impl Handle<ListBuckets> for S3 {
    async fn handle(&self, ctx: &Ctx, input: ListBucketsInput) -> Result<ListBucketsOutput> {
        let limit = usize::try_from(input.max_buckets.unwrap_or(BUCKETS_MAX)).unwrap_or(0);
        let after = match &input.continuation_token {
            None => None,
            Some(token) => Some(decode_token("ListBuckets", token).ok_or_else(|| {
                error::invalid_argument(
                    "continuation-token",
                    token,
                    "The continuation token provided is incorrect",
                )
            })?),
        };
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let mut buckets: Vec<Bucket> = Vec::new();
        let mut continuation_token = None;
        ctx.read(|tx| {
            let mut scan = OWNED.scan(tx);
            if let Some(after) = &after {
                scan = scan.after(after.as_str());
            }
            for name in scan.keys() {
                let name = name?;
                if !name.starts_with(prefix) {
                    continue;
                }
                let Some(row) = BUCKETS.get(tx, name.as_str())? else { continue };
                let region = row.owner.region.to_string();
                if input.bucket_region.as_ref().is_some_and(|wanted| *wanted != region) {
                    continue;
                }
                if buckets.len() == limit {
                    let last = buckets.last().and_then(|bucket| bucket.name.as_deref());
                    continuation_token = last.map(|last| encode_token("ListBuckets", last));
                    break;
                }
                buckets.push(Bucket {
                    name: Some(name),
                    creation_date: Some(row.created),
                    // AWS names the region only where the request asks for pages or regions.
                    bucket_region: Some(region),
                    ..Default::default()
                });
            }
            Ok::<_, platform::Fail>(())
        })?;
        Ok(ListBucketsOutput {
            buckets: Some(buckets),
            owner: Some(Owner {
                id: Some(super::canonical_id(ctx.scope().account)),
                ..Default::default()
            }),
            continuation_token,
            prefix: input.prefix,
        })
    }
}
