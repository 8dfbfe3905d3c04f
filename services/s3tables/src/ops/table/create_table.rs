//! `CreateTable`: a table, with or without its columns.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_CreateTable.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3tables_api::{CreateTable, CreateTableInput, CreateTableOutput, StorageClass};

use crate::create::{self, NewTable};
use crate::ops::bucket::NO_CLASSES;
use crate::{S3Tables, find, schema, tagging};

impl Handle<CreateTable> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: CreateTableInput) -> Result<CreateTableOutput> {
        if let Some(class) = &input.storage_class_configuration
            && class.storage_class != StorageClass::Standard
        {
            return Err(Fail::new("NotImplemented", 501, NO_CLASSES));
        }
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let metadata = input.metadata.as_ref().and_then(|metadata| metadata.iceberg.as_ref());
        let new = NewTable {
            metadata: metadata.map(schema::read).transpose()?,
            tags: tagging::with(Tags::new(), &input.tags.unwrap_or_default())?,
            namespace: input.namespace,
            name: input.name,
            encryption: input.encryption_configuration,
        };
        let found = create::table(ctx, place, new).await?;
        Ok(CreateTableOutput { table_arn: found.arn(), version_token: found.row.version_token })
    }
}
