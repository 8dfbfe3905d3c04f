//! `GetTableMaintenanceConfiguration`: how a table is kept tidy.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableMaintenanceConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableMaintenanceConfiguration, GetTableMaintenanceConfigurationInput,
    GetTableMaintenanceConfigurationOutput, TableMaintenanceType,
};

use crate::{S3Tables, find};

impl Handle<GetTableMaintenanceConfiguration> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableMaintenanceConfigurationInput,
    ) -> Result<GetTableMaintenanceConfigurationOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        let key = |kind: TableMaintenanceType| kind.as_str().to_owned();
        let configuration = [
            (key(TableMaintenanceType::IcebergCompaction), found.row.compaction()),
            (key(TableMaintenanceType::IcebergSnapshotManagement), found.row.snapshots()),
        ];
        Ok(GetTableMaintenanceConfigurationOutput {
            table_arn: found.arn(),
            configuration: configuration.into_iter().collect(),
        })
    }
}
