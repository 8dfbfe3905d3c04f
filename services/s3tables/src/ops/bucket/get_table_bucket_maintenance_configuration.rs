//! `GetTableBucketMaintenanceConfiguration`: when files that nothing refers to are removed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableBucketMaintenanceConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableBucketMaintenanceConfiguration, GetTableBucketMaintenanceConfigurationInput,
    GetTableBucketMaintenanceConfigurationOutput, TableBucketMaintenanceType,
};

use crate::{S3Tables, find, store};

impl Handle<GetTableBucketMaintenanceConfiguration> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableBucketMaintenanceConfigurationInput,
    ) -> Result<GetTableBucketMaintenanceConfigurationOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let row = place.ctx.read(|tx| store::bucket(tx, &place.bucket))?;
        let kind = TableBucketMaintenanceType::IcebergUnreferencedFileRemoval;
        let configuration = [(kind.as_str().to_owned(), row.removal())].into_iter().collect();
        Ok(GetTableBucketMaintenanceConfigurationOutput {
            table_bucket_arn: place.arn(),
            configuration,
        })
    }
}
