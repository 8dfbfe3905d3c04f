//! `PutTableBucketMaintenanceConfiguration`: when files that nothing refers to are removed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_PutTableBucketMaintenanceConfiguration.html>

use platform::{Ctx, Handle, Result, Stored};
use s3tables_api::{
    PutTableBucketMaintenanceConfiguration, PutTableBucketMaintenanceConfigurationInput,
    PutTableBucketMaintenanceConfigurationOutput,
};

use crate::store::{self, BUCKETS};
use crate::{S3Tables, find};

impl Handle<PutTableBucketMaintenanceConfiguration> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutTableBucketMaintenanceConfigurationInput,
    ) -> Result<PutTableBucketMaintenanceConfigurationOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                let mut row = store::bucket(tx, bucket)?;
                row.removal = Some(Stored(input.value));
                BUCKETS.put(tx, bucket, &row)?;
                Ok(PutTableBucketMaintenanceConfigurationOutput {})
            })
            .await
    }
}
