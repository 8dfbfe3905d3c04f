//! `GetTable`: what a table is, by its names or its ARN.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTable.html>

use platform::{Ctx, Fail, Handle, Result};
use s3tables_api::{GetTable, GetTableInput, GetTableOutput, OpenTableFormat, TableType};

use crate::find::{self, Resource};
use crate::{S3Tables, error, store};

impl Handle<GetTable> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: GetTableInput) -> Result<GetTableOutput> {
        let GetTableInput { table_arn, table_bucket_arn, namespace, name } = input;
        let found = match (table_arn, table_bucket_arn, namespace, name) {
            (Some(arn), None, None, None) => {
                let service = &s3tables_api::SERVICE;
                platform::require(ctx, service, "s3tables:GetTable", arn.as_str()).await?;
                match find::resource(ctx, &arn)? {
                    Resource::Table(found) => *found,
                    Resource::Bucket(_) => return Err(error::no_table()),
                }
            }
            (None, Some(bucket), Some(namespace), Some(name)) => {
                find::table(ctx, &bucket, &namespace, &name).await?
            }
            _ => {
                return Err(error::invalid(
                    "Specify either the table ARN, or the table bucket ARN, namespace and name.",
                ));
            }
        };
        let (bucket, namespace) = found.ctx.read(|tx| {
            let namespace = store::namespace(tx, &found.bucket, &found.namespace)?;
            Ok::<_, Fail>((store::bucket(tx, &found.bucket)?, namespace))
        })?;
        Ok(GetTableOutput {
            table_arn: found.arn(),
            owner_account_id: found.ctx.scope().account.to_string(),
            warehouse_location: found.row.location(),
            name: found.name,
            r#type: TableType::Customer,
            namespace: vec![found.namespace],
            namespace_id: Some(namespace.id),
            version_token: found.row.version_token,
            metadata_location: found.row.metadata_location,
            created_at: found.row.created,
            created_by: found.row.created_by.to_string(),
            managed_by_service: None,
            modified_at: found.row.modified,
            modified_by: found.row.modified_by.to_string(),
            format: OpenTableFormat::Iceberg,
            table_bucket_id: Some(bucket.id),
            managed_table_information: None,
        })
    }
}
