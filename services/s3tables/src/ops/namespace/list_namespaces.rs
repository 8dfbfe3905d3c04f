//! `ListNamespaces`: the namespaces of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_ListNamespaces.html>

use platform::{Ctx, Fail, Handle, Page, Result};
use s3tables_api::{ListNamespaces, ListNamespacesInput, ListNamespacesOutput, NamespaceSummary};

use crate::store::{self, NAMESPACES};
use crate::{S3Tables, find, pages};

impl Handle<ListNamespaces> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: ListNamespacesInput) -> Result<ListNamespacesOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let list = format!("ListNamespaces/{}", place.bucket);
        let after = pages::after(&list, input.continuation_token.as_deref())?.unwrap_or_default();
        let prefix = input.prefix.unwrap_or_default();
        let limit = pages::size(input.max_namespaces);
        let bucket = place.bucket.as_str();
        let (row, page) = place.ctx.read(|tx| {
            let row = store::bucket(tx, bucket)?;
            let scan = NAMESPACES.scan(tx).starting_with(&(bucket,), &prefix);
            let scan = scan.after(&(bucket, after.as_str()));
            let page = Page::take(&list, scan, limit, |((_, name), _)| name.clone())?;
            Ok::<_, Fail>((row, page))
        })?;
        let summary = |((_, name), namespace): ((String, String), crate::model::NamespaceRow)| {
            NamespaceSummary {
                namespace: vec![name],
                created_at: namespace.created,
                created_by: namespace.created_by.to_string(),
                owner_account_id: place.ctx.scope().account.to_string(),
                namespace_id: Some(namespace.id),
                table_bucket_id: Some(row.id.clone()),
            }
        };
        Ok(ListNamespacesOutput {
            namespaces: page.items.into_iter().map(summary).collect(),
            continuation_token: page.next_token,
        })
    }
}
