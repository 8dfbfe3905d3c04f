//! `PutTableMaintenanceConfiguration`: how a table is kept tidy.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_PutTableMaintenanceConfiguration.html>

use platform::{Ctx, Fail, Handle, Result, Stored};
use s3tables_api::{
    IcebergCompactionStrategy, PutTableMaintenanceConfiguration,
    PutTableMaintenanceConfigurationInput, PutTableMaintenanceConfigurationOutput,
    TableMaintenanceConfigurationValue, TableMaintenanceType,
};

use crate::store::{self, TABLES};
use crate::{S3Tables, error, find};
/// How large files may be asked to be, in megabytes.
const TARGET_MB: std::ops::RangeInclusive<i32> = 64..=512;

impl Handle<PutTableMaintenanceConfiguration> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutTableMaintenanceConfigurationInput,
    ) -> Result<PutTableMaintenanceConfigurationOutput> {
        check(input.r#type, &input.value)?;
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        found
            .ctx
            .write(|tx| {
                let (bucket, namespace, name) = found.key();
                let mut row = store::table(tx, bucket, namespace, name)?;
                match input.r#type {
                    TableMaintenanceType::IcebergCompaction => {
                        row.compaction = Some(Stored(input.value));
                    }
                    TableMaintenanceType::IcebergSnapshotManagement => {
                        row.snapshots = Some(Stored(input.value));
                    }
                }
                TABLES.put(tx, &found.key(), &row)?;
                Ok(PutTableMaintenanceConfigurationOutput {})
            })
            .await
    }
}

/// Refuses settings of another kind of maintenance, and sizes that files cannot be made.
fn check(kind: TableMaintenanceType, value: &TableMaintenanceConfigurationValue) -> Result<()> {
    let Some(settings) = &value.settings else { return Ok(()) };
    let (compaction, snapshots) =
        (&settings.iceberg_compaction, &settings.iceberg_snapshot_management);
    let other = match kind {
        TableMaintenanceType::IcebergCompaction => snapshots.is_some(),
        TableMaintenanceType::IcebergSnapshotManagement => compaction.is_some(),
    };
    if other {
        return Err(error::invalid("The settings are not of the specified maintenance type."));
    }
    let target = compaction.as_ref().and_then(|settings| settings.target_file_size_mb);
    if target.is_some_and(|target| !TARGET_MB.contains(&target)) {
        return Err(error::invalid("targetFileSizeMB must be between 64 and 512."));
    }
    if compaction.as_ref().is_some_and(|settings| {
        matches!(
            settings.strategy,
            Some(IcebergCompactionStrategy::Sort | IcebergCompactionStrategy::ZOrder)
        )
    }) {
        let message = "The compaction strategies sort and z-order are not supported by this \
                       version of Aquifer.";
        return Err(Fail::new("NotImplemented", 501, message));
    }
    Ok(())
}
