//! Maintenance: small files become large ones, old snapshots go, and so do files that nothing refers
//! to.
//!
//! A table that was committed to is looked at some hours later, and then once a day for as long as
//! there is something that time will make due. What is done to a table is a commit like any other: who
//! commits meanwhile wins, and what could not be done then is tried the next time.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html>

mod compact;
mod expire;
mod merge;
mod remove;

use std::time::Duration;

use aquifer_iceberg::{TableMetadata, TableUpdate};
use platform::jobs::{Job, JobKey};
use platform::{Ctx, Fail, House, Principal, Result, Timestamp, WriteTx};
use s3tables_api::{MaintenanceStatus, TableMaintenanceJobType};

use crate::create::{metadata_location, refused, version_of};
use crate::files::Files;
use crate::find::Found;
use crate::model::{Maintained, TableRow};
use crate::store::{self, TABLES};
use crate::{commit, error, names};

/// Looks after a table; its key is the bucket's name and the table's id.
const MAINTAIN: &str = "s3tables.maintain";

/// How long after a commit a table is looked at.
const AFTER: Duration = Duration::from_secs(3 * 3_600);
/// And how long after that again.
const AGAIN: Duration = Duration::from_secs(24 * 3_600);

pub(crate) fn register(house: &House) {
    house.jobs.register_long(MAINTAIN, run);
}

/// Has a table looked at that was committed to.
pub(crate) fn schedule(
    tx: &WriteTx<'_>,
    now: Timestamp,
    bucket: &str,
    table: &TableRow,
) -> Result<()> {
    let job = JobKey::new(MAINTAIN, format!("{bucket}/{}", table.id));
    if platform::jobs::state(tx, &job)?.is_none() {
        platform::jobs::schedule(tx, &job, now + AFTER, Vec::new())?;
    }
    Ok(())
}

/// A table as it is looked after.
pub(crate) struct Work {
    pub found: Found,
    pub files: Files,
    /// When it was to be looked at, which is now unless the server was away.
    pub now: Timestamp,
}

/// The table as it is at some time.
pub(crate) struct Seen {
    pub token: String,
    pub location: String,
    pub metadata: TableMetadata,
}

/// What a part of it came to: whether there may be more to do another time.
type Outcome = Result<bool>;

async fn run(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    let Some((bucket, id)) = job.key.split_once('/') else { return Ok(()) };
    let Some((called, row)) = ctx.read(|tx| store::by_id(tx, bucket, id))? else { return Ok(()) };
    let service = Principal::service(s3tables_api::SERVICE.principal);
    let ctx = ctx
        .with_caller(service)
        .with_operation(s3tables_api::SERVICE.name, "UpdateTableMetadataLocation");
    let files = Files::of(&ctx, &row.warehouse, &names::table_arn(ctx.scope(), bucket, id));
    let (namespace, name) = (called.namespace, called.name);
    let found = Found { ctx: ctx.clone(), bucket: bucket.to_owned(), namespace, name, row };
    let work = Work { found, files, now: ctx.now() };
    let settings = ctx.read(|tx| store::bucket(tx, bucket))?.removal();
    let on = |status: Option<MaintenanceStatus>| status == Some(MaintenanceStatus::Enabled);
    let mut more = false;
    let row = &work.found.row;
    if on(row.compaction().status) {
        let outcome = compact::run(&work).await;
        more |= note(&work, TableMaintenanceJobType::IcebergCompaction, outcome).await?;
    }
    if on(row.snapshots().status) {
        let outcome = expire::run(&work).await;
        more |= note(&work, TableMaintenanceJobType::IcebergSnapshotManagement, outcome).await?;
    }
    if on(settings.status) {
        let outcome = remove::run(&work, settings).await;
        let kind = TableMaintenanceJobType::IcebergUnreferencedFileRemoval;
        more |= note(&work, kind, outcome).await?;
    }
    // Who committed meanwhile did not have the table looked at again: this was under way.
    let row = ctx.read(|tx| store::by_id(tx, bucket, id))?;
    let Some((_, row)) = row else { return Ok(()) };
    if more || row.version_token != work.found.row.version_token {
        let key = JobKey::new(MAINTAIN, job.key.as_str());
        ctx.write(|tx| platform::jobs::schedule(tx, &key, work.now + AGAIN, Vec::new())).await?;
    }
    Ok(())
}

/// Notes how it went; whether there may be more to do.
async fn note(work: &Work, kind: TableMaintenanceJobType, outcome: Outcome) -> Result<bool> {
    let (failure, more) = match outcome {
        Ok(more) => (None, more),
        // What the end of the server cut off runs again.
        Err(fail) if work.found.ctx.shutdown_token().is_cancelled() => return Err(fail),
        Err(fail) => {
            tracing::warn!(kind = kind.as_str(), %fail, "a table could not be looked after");
            (Some(fail.message().to_owned()), true)
        }
    };
    let done = Maintained { at: work.now, failure };
    change(work, |row| {
        row.maintained.insert(kind.as_str().to_owned(), done.clone());
    })
    .await?;
    Ok(more)
}

/// Changes the row of the table, if it is still there, whatever it is called by now.
async fn change(work: &Work, change: impl Fn(&mut TableRow)) -> Result<()> {
    let found = &work.found;
    found
        .ctx
        .write(|tx| {
            let Some((called, mut row)) = store::by_id(tx, &found.bucket, &found.row.id)? else {
                return Ok(());
            };
            change(&mut row);
            let key = (found.bucket.as_str(), called.namespace.as_str(), called.name.as_str());
            TABLES.put(tx, &key, &row)?;
            Ok(())
        })
        .await
}

impl Work {
    /// The table as it is now; none if it has no metadata, or is gone.
    pub async fn look(&self) -> Result<Option<Seen>> {
        let found = &self.found;
        let row = found.ctx.read(|tx| store::by_id(tx, &found.bucket, &found.row.id))?;
        let Some((_, row)) = row else { return Ok(None) };
        let Some(location) = row.metadata_location else { return Ok(None) };
        let bytes = self.files.read(&location).await?;
        let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
        Ok(Some(Seen { token: row.version_token, location, metadata }))
    }

    /// Commits changes to the table as it was seen.
    ///
    /// # Errors
    /// `ConflictException` when somebody was first.
    pub async fn commit(&self, seen: &Seen, updates: &[TableUpdate]) -> Result<()> {
        let found = &self.found;
        let now = self.now.as_millis();
        let after = seen.metadata.apply(updates, now).map_err(refused)?;
        let after = after.with_previous(&seen.location, &seen.metadata);
        let version = version_of(&seen.location).map_or(0, |version| version + 1);
        let location = metadata_location(&found.ctx, &seen.metadata.location, version);
        self.files.write(&location, after.to_json().map_err(refused)?).await?;
        let row = found.ctx.read(|tx| store::by_id(tx, &found.bucket, &found.row.id))?;
        let (called, row) = row.ok_or_else(error::no_table)?;
        let now_called = Found {
            ctx: found.ctx.clone(),
            bucket: found.bucket.clone(),
            namespace: called.namespace,
            name: called.name,
            row,
        };
        commit::point(&found.ctx, &now_called, &seen.token, &location).await.map(drop)
    }
}

/// Whether somebody else was first.
fn is_conflict(fail: &Fail) -> bool {
    fail.is("ConflictException")
}
