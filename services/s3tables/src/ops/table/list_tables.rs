//! `ListTables`: the tables of a bucket, or of one of its namespaces.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_ListTables.html>

use platform::{Ctx, Fail, Handle, Page, Result};
use s3tables_api::{ListTables, ListTablesInput, ListTablesOutput, TableSummary, TableType};

use crate::model::TableRow;
use crate::store::{self, NAMESPACES, TABLES};
use crate::{S3Tables, error, find, names, pages};

impl Handle<ListTables> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: ListTablesInput) -> Result<ListTablesOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let (bucket, prefix) = (place.bucket.as_str(), input.prefix.unwrap_or_default());
        let list = format!("ListTables/{bucket}/{}", input.namespace.as_deref().unwrap_or("*"));
        let after = pages::after(&list, input.continuation_token.as_deref())?;
        let after = after.as_deref().map(|after| after.split_once('/').unwrap_or((after, "")));
        let limit = pages::size(input.max_tables);
        let (row, page) = place.ctx.read(|tx| {
            let row = store::bucket(tx, bucket)?;
            let mut scan = match &input.namespace {
                Some(namespace) => {
                    if NAMESPACES.get(tx, &(bucket, namespace.as_str()))?.is_none() {
                        return Err(error::no_namespace());
                    }
                    TABLES.scan(tx).prefix(&(bucket, namespace.as_str()))
                }
                None => TABLES.scan(tx).prefix(&(bucket,)),
            };
            if let Some((namespace, name)) = after {
                scan = scan.after(&(bucket, namespace, name));
            }
            let wanted = scan.filter(|row| match row {
                Ok(((_, _, name), _)) => name.starts_with(&prefix),
                Err(_) => true,
            });
            let page = Page::take(&list, wanted, limit, |((_, namespace, name), _)| {
                format!("{namespace}/{name}")
            })?;
            Ok::<_, Fail>((row, page))
        })?;
        let summary =
            |((_, namespace, name), table): ((String, String, String), TableRow)| TableSummary {
                table_arn: names::table_arn(place.ctx.scope(), bucket, &table.id),
                namespace: vec![namespace],
                name,
                r#type: TableType::Customer,
                created_at: table.created,
                modified_at: table.modified,
                managed_by_service: None,
                namespace_id: None,
                table_bucket_id: Some(row.id.clone()),
            };
        Ok(ListTablesOutput {
            tables: page.items.into_iter().map(summary).collect(),
            continuation_token: page.next_token,
        })
    }
}
