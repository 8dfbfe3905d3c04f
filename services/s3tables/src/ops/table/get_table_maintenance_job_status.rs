//! `GetTableMaintenanceJobStatus`: how maintenance of a table went last.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableMaintenanceJobStatus.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableMaintenanceJobStatus, GetTableMaintenanceJobStatusInput,
    GetTableMaintenanceJobStatusOutput, JobStatus, MaintenanceStatus,
    TableMaintenanceJobStatusValue, TableMaintenanceJobType,
};

use crate::model::{BucketRow, TableRow};
use crate::{S3Tables, find, store};

impl Handle<GetTableMaintenanceJobStatus> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableMaintenanceJobStatusInput,
    ) -> Result<GetTableMaintenanceJobStatusOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        let bucket = found.ctx.read(|tx| store::bucket(tx, &found.bucket))?;
        let status = TableMaintenanceJobType::ALL
            .iter()
            .map(|kind| (kind.as_str().to_owned(), status(&bucket, &found.row, *kind)));
        Ok(GetTableMaintenanceJobStatusOutput { table_arn: found.arn(), status: status.collect() })
    }
}

fn status(
    bucket: &BucketRow,
    table: &TableRow,
    kind: TableMaintenanceJobType,
) -> TableMaintenanceJobStatusValue {
    let enabled = match kind {
        TableMaintenanceJobType::IcebergCompaction => table.compaction().status,
        TableMaintenanceJobType::IcebergSnapshotManagement => table.snapshots().status,
        TableMaintenanceJobType::IcebergUnreferencedFileRemoval => bucket.removal().status,
    };
    if enabled == Some(MaintenanceStatus::Disabled) {
        return TableMaintenanceJobStatusValue {
            status: JobStatus::Disabled,
            ..Default::default()
        };
    }
    match table.maintained.get(kind.as_str()) {
        None => {
            TableMaintenanceJobStatusValue { status: JobStatus::NotYetRun, ..Default::default() }
        }
        Some(last) => TableMaintenanceJobStatusValue {
            status: last.status(),
            last_run_timestamp: Some(last.at),
            failure_message: last.failure.clone(),
        },
    }
}
