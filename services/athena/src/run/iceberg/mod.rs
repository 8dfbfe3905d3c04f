//! Iceberg tables: what statements do to them, through S3 and Glue, as the caller.
//!
//! A change writes files nobody refers to, then metadata that refers to them, and then has Glue point
//! the table to that metadata, if it is still as the change saw it. Who comes second does it again on
//! what is there then, unless what is there does not bear it.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html>

mod alter;
mod change;
mod commit;
mod create;
mod create_as;
mod drop;
mod insert;
mod optimize;
mod properties;
mod show;
mod vacuum;

use std::sync::Arc;

use aquifer_iceberg::TableMetadata;
use aquifer_iceberg::manifest::DataFile;
use aquifer_iceberg::rewrite::Seed;
use aquifer_lake::{Written, WrittenFile};
use aquifer_sql::{Session, SqlError};
use aquifer_sql_iceberg::{Io, WriteOptions};
use datafusion::error::DataFusionError;
use glue_api::Table;

pub(super) use create::is_meant;
pub(super) use create_as::is_wanted;

use super::Run;
use crate::catalog::GlueCatalog;
use crate::failure::Failure;

/// The note by which a snapshot says which statement made it.
pub(crate) const QUERY_ID: &str = "trino_query_id";

/// Partitions one statement may write.
const PARTITIONS_MAX: usize = 100;
/// How often a change is tried that others are before.
const TRIES: usize = 40;

/// A table as a change sees it.
#[derive(Clone)]
pub(super) struct Loaded {
    pub database: String,
    pub table: Arc<Table>,
    /// Where its metadata is.
    pub location: String,
    pub metadata: Arc<TableMetadata>,
}

impl Loaded {
    pub(super) fn name(&self) -> &str {
        &self.table.name
    }
}

impl Run {
    /// A table as a catalog has it.
    pub(super) async fn load_iceberg(
        &self,
        catalog: &GlueCatalog,
        database: &str,
        name: &str,
    ) -> Result<Loaded, Failure> {
        let found = catalog.table(database, name).await;
        let table = found.map_err(|fail| Failure::catalog(&fail))?.ok_or_else(|| {
            let message = format!("Table 'awsdatacatalog.{database}.{name}' does not exist");
            SqlError::user("TABLE_NOT_FOUND", message)
        })?;
        let (location, read) = catalog.iceberg(&table).await?;
        let metadata = read.metadata().clone();
        Ok(Loaded { database: database.to_owned(), table, location, metadata })
    }

    /// S3, as the caller.
    pub(super) fn io(&self) -> &Io {
        self.catalog.io()
    }

    /// What a new snapshot is called. Its files begin with the statement's id.
    pub(super) fn seed(&self, table: &TableMetadata) -> Seed {
        let ids = self.ctx.ids();
        let last = table.snapshots.iter().map(|snapshot| snapshot.timestamp_ms).max();
        Seed {
            snapshot_id: i64::try_from(ids.number() >> 1).unwrap_or(i64::MAX),
            timestamp_ms: self.ctx.now().as_millis().max(last.unwrap_or(0)),
            unique: format!("{}_{}", self.live.id, ids.uuid()),
        }
    }

    /// How a table's files are written.
    pub(super) fn write_options(&self, table: &TableMetadata) -> WriteOptions {
        let said = |name: &str| table.properties.get(name);
        let folder = said("write.data.path").cloned();
        let bytes = said("write.target-file-size-bytes").and_then(|text| text.parse().ok());
        WriteOptions {
            folder: folder.unwrap_or_else(|| format!("{}/data", table.location)),
            prefix: format!("{}_{}", self.live.id, self.ctx.ids().hex(8)),
            codec: said("write.parquet.compression-codec").cloned().unwrap_or("zstd".to_owned()),
            file_bytes: bytes.unwrap_or(512 << 20),
            open_max: PARTITIONS_MAX,
        }
    }
}

/// Refuses to write what is not written here.
pub(super) fn check_format(table: &TableMetadata) -> Result<(), Failure> {
    let format = table.properties.get("write.format.default").map(String::as_str);
    match format.unwrap_or("parquet") {
        parquet if parquet.eq_ignore_ascii_case("parquet") => Ok(()),
        other => Err(Failure::not_supported(format!(
            "Writing {} files of Iceberg tables is not supported by this version of Aquifer",
            other.to_ascii_uppercase()
        ))),
    }
}

/// Files as the list of a statement's files has them.
pub(super) fn as_written(files: &[(i32, DataFile)], rows: u64) -> Written {
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let file = |(_, file): &(i32, DataFile)| WrittenFile {
        url: file.file_path.clone(),
        rows: number(file.record_count),
        bytes: number(file.file_size_in_bytes),
    };
    let files: Vec<WrittenFile> = files.iter().map(file).collect();
    Written { bytes: files.iter().map(|file| file.bytes).sum(), files, rows, ..Written::default() }
}

/// An error of the engine in a session's words.
pub(super) fn told(session: &Session) -> impl Fn(DataFusionError) -> Failure + '_ {
    |error| session.explain_error(error).into()
}
