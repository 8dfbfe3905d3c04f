//! `GetTableMetadataLocation`: where the metadata of a table is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableMetadataLocation.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableMetadataLocation, GetTableMetadataLocationInput, GetTableMetadataLocationOutput,
};

use crate::{S3Tables, find};

impl Handle<GetTableMetadataLocation> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableMetadataLocationInput,
    ) -> Result<GetTableMetadataLocationOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        Ok(GetTableMetadataLocationOutput {
            warehouse_location: found.row.location(),
            version_token: found.row.version_token,
            metadata_location: found.row.metadata_location,
        })
    }
}
