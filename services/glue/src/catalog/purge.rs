//! What deleted databases, tables and crawlers leave behind, swept away a page at a time.
//!
//! Everything here is out of sight already, so a crash between two pages shows nothing.

use platform::jobs::{self, JobKey};
use platform::{Ctx, Result, WriteTx};

use crate::store::{
    CRAWL_LOG, CRAWLS, FOLDERS, FUNCTIONS, INDEXES, PARTITION_STATISTICS, PARTITIONS,
    SCHEMA_VERSION_IDS, SCHEMA_VERSIONS, SCHEMAS, TABLE_STATISTICS, TABLES, TAGS, VERSIONS,
};

/// The kind of job that sweeps.
pub(crate) const KIND: &str = "glue.purge";

/// Rows removed in one transaction.
const PAGE: usize = 1_000;

/// The job that sweeps what a database held; keys are `database/<number>`.
pub(crate) fn database_job(id: u64) -> JobKey {
    JobKey::new(KIND, format!("database/{id}"))
}

/// The job that sweeps what a table held; keys are `table/<number>`.
pub(crate) fn table_job(id: u64) -> JobKey {
    JobKey::new(KIND, format!("table/{id}"))
}

/// The job that sweeps what a crawler's runs left; keys are `crawler/<number>`.
pub(crate) fn crawler_job(id: u64) -> JobKey {
    JobKey::new(KIND, format!("crawler/{id}"))
}

/// The job that sweeps what a registry held; keys are `registry/<number>`.
pub(crate) fn registry_job(id: u64, name: &str) -> JobKey {
    JobKey::new(KIND, format!("registry/{id}/{name}"))
}

/// The job that sweeps what a schema held; keys are `schema/<number>`.
pub(crate) fn schema_job(id: u64) -> JobKey {
    JobKey::new(KIND, format!("schema/{id}"))
}

/// Removes a page of a table's partitions and versions; answers whether there are more.
pub(crate) fn sweep_table(tx: &WriteTx<'_>, id: u64) -> Result<bool> {
    let mut left = PAGE;
    for key in PARTITIONS.scan(tx).prefix(&(id,)).keys().take(left) {
        PARTITIONS.delete(tx, &key?)?;
        left -= 1;
    }
    for key in PARTITION_STATISTICS.scan(tx).prefix(&(id,)).keys().take(left) {
        PARTITION_STATISTICS.delete(tx, &key?)?;
        left -= 1;
    }
    TABLE_STATISTICS.delete(tx, &id)?;
    INDEXES.delete_prefix(tx, &(id,))?;
    for key in VERSIONS.scan(tx).prefix(&(id,)).keys().take(left) {
        VERSIONS.delete(tx, &key?)?;
        left -= 1;
    }
    Ok(left == 0)
}

/// Removes a page of a database's tables, each with a job for what it held.
fn sweep_database(tx: &WriteTx<'_>, ctx: &Ctx, id: u64) -> Result<bool> {
    const TABLES_PAGE: usize = 100;
    FUNCTIONS.delete_prefix(tx, &(id,))?;
    let page = TABLES.scan(tx).prefix(&(id,)).page(TABLES_PAGE)?;
    for (key, row) in page.rows {
        TABLES.delete(tx, &key)?;
        jobs::schedule(tx, &table_job(row.id), ctx.now(), Vec::new())?;
    }
    Ok(page.more)
}

/// Removes a page of a registry's schemas, each with a job for its versions.
fn sweep_registry(tx: &WriteTx<'_>, ctx: &Ctx, id: u64, registry: &str) -> Result<bool> {
    const SCHEMAS_PAGE: usize = 100;
    let page = SCHEMAS.scan(tx).prefix(&(id,)).page(SCHEMAS_PAGE)?;
    for (key, row) in page.rows {
        SCHEMAS.delete(tx, &key)?;
        TAGS.delete(tx, format!("schema/{registry}/{}", key.1).as_str())?;
        jobs::schedule(tx, &schema_job(row.id), ctx.now(), Vec::new())?;
    }
    Ok(page.more)
}

/// Removes a page of a schema's versions.
fn sweep_schema(tx: &WriteTx<'_>, id: u64) -> Result<bool> {
    let page = SCHEMA_VERSIONS.scan(tx).prefix(&(id,)).page(PAGE)?;
    for (key, row) in page.rows {
        SCHEMA_VERSION_IDS.delete(tx, row.id.as_str())?;
        SCHEMA_VERSIONS.delete(tx, &key)?;
    }
    Ok(page.more)
}

/// Removes a run of a crawler with its log, or a page of the folders it has seen.
fn sweep_crawler(tx: &WriteTx<'_>, id: u64) -> Result<bool> {
    let mut left = PAGE;
    for key in FOLDERS.scan(tx).prefix(&(id,)).keys().take(left) {
        FOLDERS.delete(tx, &key?)?;
        left -= 1;
    }
    if let Some(row) = CRAWLS.scan(tx).prefix(&(id,)).next() {
        let (key, crawl) = row?;
        CRAWLS.delete(tx, &key)?;
        CRAWL_LOG.delete_prefix(tx, &(crawl.id,))?;
        return Ok(true);
    }
    Ok(left == 0)
}

/// Sweeps until nothing is left.
///
/// # Errors
/// If the store fails; the job is run again.
pub(crate) async fn run(ctx: Ctx, job: jobs::Job) -> anyhow::Result<()> {
    let Some((what, id)) = job.key.split_once('/') else { return Ok(()) };
    let (id, name) = id.split_once('/').unwrap_or((id, ""));
    let id: u64 = id.parse()?;
    loop {
        let more = ctx
            .write(|tx| match what {
                "database" => sweep_database(tx, &ctx, id),
                "crawler" => sweep_crawler(tx, id),
                "registry" => sweep_registry(tx, &ctx, id, name),
                "schema" => sweep_schema(tx, id),
                _ => sweep_table(tx, id),
            })
            .await?;
        if !more || ctx.shutdown_token().is_cancelled() {
            break;
        }
    }
    anyhow::ensure!(!ctx.shutdown_token().is_cancelled(), "the server is stopping");
    Ok(())
}
