//! `UpdateTableMetadataLocation`: a commit: the table points to other metadata.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_UpdateTableMetadataLocation.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    UpdateTableMetadataLocation, UpdateTableMetadataLocationInput,
    UpdateTableMetadataLocationOutput,
};

use crate::{S3Tables, commit, find};

impl Handle<UpdateTableMetadataLocation> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateTableMetadataLocationInput,
    ) -> Result<UpdateTableMetadataLocationOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        let row =
            commit::point(ctx, &found, &input.version_token, &input.metadata_location).await?;
        Ok(UpdateTableMetadataLocationOutput {
            table_arn: found.arn(),
            name: found.name,
            namespace: vec![found.namespace],
            version_token: row.version_token,
            metadata_location: input.metadata_location,
        })
    }
}
