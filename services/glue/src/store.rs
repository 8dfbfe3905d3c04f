//! Where things are: the tables of this room, their keys and rows.
//!
//! Databases and tables have numbers that are never used again. What belongs to a table is keyed
//! by its number, so a dropped table's partitions and versions are out of sight at once, and a
//! table of the same name made later does not find them; a job sweeps them away.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use glue_api::{
    CatalogImportStatus, Classifier, ColumnStatistics, Connection, Crawler,
    DataCatalogEncryptionSettings, Database, GluePolicy, Partition, PartitionIndexDescriptor,
    SecurityConfiguration, Table as CatalogTable, TableOptimizerConfiguration, TableOptimizerRun,
    UserDefinedFunction,
};
use platform::{AsKey, AsPrefix, Blob, Key, Row, Stored, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Account and region → the policy of the catalog there. Kept for all, since whoever is of another
/// account is judged by it.
pub(crate) static POLICIES: Table<(String, String), Stored<GluePolicy>> =
    Table::global("glue.policies");
/// Name → database.
pub(crate) static DATABASES: Table<String, DatabaseRow> = Table::regional("glue.databases");
/// Database's number, name → table as it is now.
pub(crate) static TABLES: Table<(u64, String), TableRow> = Table::regional("glue.tables");
/// Table's number, version → table as it was.
pub(crate) static VERSIONS: Table<(u64, u64), Stored<CatalogTable>> =
    Table::regional("glue.versions");
/// Table's number, values → partition. Names of database and table are left out of the rows.
pub(crate) static PARTITIONS: Table<(u64, Values), Stored<Partition>> =
    Table::regional("glue.partitions");
/// Table's number, name → index over partition keys.
pub(crate) static INDEXES: Table<(u64, String), IndexRow> =
    Table::regional("glue.partition_indexes");
/// Database's number, name → user-defined function.
pub(crate) static FUNCTIONS: Table<(u64, String), Stored<UserDefinedFunction>> =
    Table::regional("glue.functions");
/// Table's number → what is known of its columns.
pub(crate) static TABLE_STATISTICS: Table<u64, StatisticsRow> =
    Table::regional("glue.table_statistics");
/// Table's number, values → what is known of the columns of that partition.
pub(crate) static PARTITION_STATISTICS: Table<(u64, Values), StatisticsRow> =
    Table::regional("glue.partition_statistics");
/// Table's number, type → optimizer.
pub(crate) static OPTIMIZERS: Table<(u64, String), OptimizerRow> =
    Table::regional("glue.optimizers");
/// The resource part of an ARN → its tags.
pub(crate) static TAGS: Table<String, Tags> = Table::regional("glue.tags");
/// Name → registry of schemas.
pub(crate) static REGISTRIES: Table<String, RegistryRow> = Table::regional("glue.registries");
/// Registry's number, name → schema.
pub(crate) static SCHEMAS: Table<(u64, String), SchemaRow> = Table::regional("glue.schemas");
/// Schema's number, version → version.
pub(crate) static SCHEMA_VERSIONS: Table<(u64, u64), SchemaVersionRow> =
    Table::regional("glue.schema_versions");
/// Id of a version → where it is.
pub(crate) static SCHEMA_VERSION_IDS: Table<String, VersionPlace> =
    Table::regional("glue.schema_version_ids");
/// Name → connection.
pub(crate) static CONNECTIONS: Table<String, ConnectionRow> = Table::regional("glue.connections");
/// Under which keys the catalog is: one row.
pub(crate) static ENCRYPTION: Table<(), EncryptionRow> = Table::regional("glue.encryption");
/// Name → security configuration.
pub(crate) static SECURITY: Table<String, Stored<SecurityConfiguration>> =
    Table::regional("glue.security_configurations");
/// The import of an older catalog: one row.
pub(crate) static IMPORT: Table<(), Stored<CatalogImportStatus>> = Table::regional("glue.import");
/// Name → classifier.
pub(crate) static CLASSIFIERS: Table<String, Stored<Classifier>> =
    Table::regional("glue.classifiers");
/// Name → crawler.
pub(crate) static CRAWLERS: Table<String, CrawlerRow> = Table::regional("glue.crawlers");
/// Crawler's number, start of the run → run; the newest first.
pub(crate) static CRAWLS: Table<(u64, Reverse<Timestamp>), CrawlRow> =
    Table::regional("glue.crawls");
/// Run, line → what it logged.
pub(crate) static CRAWL_LOG: Table<(String, u64), LogRow> = Table::regional("glue.crawl_log");
/// Crawler's number, folder → nothing: the folders that crawls of new folders only have seen.
pub(crate) static FOLDERS: Table<(u64, String), ()> = Table::regional("glue.crawled_folders");

/// A database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DatabaseRow {
    pub id: u64,
    pub database: Stored<Database>,
}

impl Row for DatabaseRow {}

/// A table as it is now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TableRow {
    pub id: u64,
    pub version: u64,
    pub table: Stored<CatalogTable>,
}

impl Row for TableRow {}

/// An index over partition keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IndexRow {
    pub index: Stored<PartitionIndexDescriptor>,
    /// Where its keys stand among those of the table.
    pub places: Vec<usize>,
}

impl Row for IndexRow {}

/// What is known of columns, by their names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StatisticsRow {
    pub columns: BTreeMap<String, Stored<ColumnStatistics>>,
}

impl Row for StatisticsRow {}

/// A registry of schemas. Times are as AWS tells them here: text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RegistryRow {
    pub id: u64,
    pub description: Option<String>,
    pub created: String,
    pub updated: Option<String>,
}

impl Row for RegistryRow {}

/// A schema: what its versions have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SchemaRow {
    pub id: u64,
    pub format: String,
    pub compatibility: String,
    pub description: Option<String>,
    pub created: String,
    pub updated: Option<String>,
    /// The number of the next version.
    pub next: i64,
    /// The newest version that stands.
    pub latest: Option<i64>,
    /// The first version that new ones are held against.
    pub checkpoint: i64,
}

impl Row for SchemaRow {}

/// A version of a schema.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SchemaVersionRow {
    pub id: String,
    pub definition: String,
    /// The definition without what means nothing.
    pub canonical: String,
    /// Whether it may not follow the versions before it.
    pub failed: bool,
    pub created: String,
    #[serde(default)]
    pub metadata: Vec<Metadata>,
}

impl Row for SchemaVersionRow {}

/// Something noted of a version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub key: String,
    pub value: String,
    pub created: String,
}

/// Where a version is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionPlace {
    pub registry: String,
    pub schema: String,
    pub schema_id: u64,
    pub number: u64,
}

impl Row for VersionPlace {}

/// An optimizer of a table: what it is told, and its last runs, the newest last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OptimizerRow {
    pub database: String,
    pub table: String,
    pub configuration: Stored<TableOptimizerConfiguration>,
    #[serde(default)]
    pub runs: Vec<Stored<TableOptimizerRun>>,
}

impl Row for OptimizerRow {}

/// A connection; its password apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConnectionRow {
    pub connection: Stored<Connection>,
    pub password: Option<Password>,
}

impl Row for ConnectionRow {}

/// A sealed password, and who sealed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Password {
    House(Blob),
    Kms(Blob),
}

/// Under which keys the catalog is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EncryptionRow {
    pub settings: Stored<DataCatalogEncryptionSettings>,
    /// What callers must be let open: sealed by the catalog's key, if it is under one.
    pub wrapped: Option<Blob>,
}

impl Row for EncryptionRow {}

/// A crawler: its definition, how it stands, and what its last run did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CrawlerRow {
    pub id: u64,
    /// As clients defined it; state and elapsed time are filled in when it is asked for.
    pub crawler: Stored<Crawler>,
    /// The run under way.
    #[serde(default)]
    pub run: Option<Run>,
    /// Seconds the last runs took, the newest last.
    #[serde(default)]
    pub runtimes: Vec<f64>,
    /// What the last run did.
    #[serde(default)]
    pub changes: Changes,
    /// Whether a run has looked at everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

impl Row for CrawlerRow {}

/// A run under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub id: String,
    pub started: Timestamp,
    /// Whether it is on its way to the end: asked to stop, or writing to the catalog.
    pub stopping: bool,
    /// Whether a client asked it to stop.
    pub cancelled: bool,
}

/// Tables and partitions a run changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes {
    pub tables_created: u32,
    pub tables_updated: u32,
    pub tables_deleted: u32,
    pub partitions_created: u32,
    pub partitions_updated: u32,
    pub partitions_deleted: u32,
}

impl Changes {
    /// Counts others in.
    pub fn add(&mut self, other: Changes) {
        self.tables_created += other.tables_created;
        self.tables_updated += other.tables_updated;
        self.tables_deleted += other.tables_deleted;
        self.partitions_created += other.partitions_created;
        self.partitions_updated += other.partitions_updated;
        self.partitions_deleted += other.partitions_deleted;
    }
}

/// How a run ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CrawlState {
    Running,
    Completed,
    Failed,
    Stopped,
}

/// A run, under way or over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CrawlRow {
    pub id: String,
    pub state: CrawlState,
    pub ended: Option<Timestamp>,
    pub error: Option<String>,
    pub dpu_seconds: f64,
    #[serde(default)]
    pub changes: Changes,
    /// The first files that could not be read, and why.
    #[serde(default)]
    pub unread: Vec<String>,
}

impl Row for CrawlRow {}

/// A line of a run's log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LogRow {
    pub at: Timestamp,
    pub level: LogLevel,
    pub message: String,
}

impl Row for LogRow {}

/// How grave a line of a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogLevel {
    Benchmark,
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// As it stands in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Benchmark => "BENCHMARK",
            LogLevel::Info => "INFO",
            LogLevel::Warn => "WARN",
            LogLevel::Error => "ERROR",
        }
    }
}

/// A partition's values as a key: partitions with the same leading values are neighbours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Values(pub Vec<String>);

impl AsKey<Values> for Values {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_values(&self.0, into);
    }
}

impl AsKey<Values> for [String] {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_values(self, into);
    }
}

impl AsKey<Values> for Vec<String> {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_values(self, into);
    }
}

impl Key for Values {
    /// Values end where the key ends: they must be its last part.
    fn decode(from: &mut &[u8]) -> Option<Self> {
        let mut values = Vec::new();
        while !from.is_empty() {
            values.push(String::decode(from)?);
        }
        Some(Values(values))
    }
}

/// All partitions of a table whose first values are these.
pub(crate) struct Leading<'a>(pub u64, pub &'a [String]);

impl AsPrefix<(u64, Values)> for Leading<'_> {
    fn encode_prefix(&self, into: &mut Vec<u8>) {
        AsKey::<u64>::encode(&self.0, into);
        encode_values(self.1, into);
    }
}

fn encode_values(values: &[String], into: &mut Vec<u8>) {
    for value in values {
        AsKey::<String>::encode(value.as_str(), into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_keys_in_their_order() {
        let key = |values: &[&str]| {
            let values = Values(values.iter().map(|v| (*v).to_owned()).collect());
            let mut bytes = Vec::new();
            AsKey::<Values>::encode(&values, &mut bytes);
            assert_eq!(Values::decode(&mut bytes.as_slice()), Some(values));
            bytes
        };
        assert!(key(&["2013", "9"]) > key(&["2013", "10"]));
        assert!(key(&["2013", "12"]) < key(&["20130", "1"]));
        assert!(key(&["a\0", "b"]) > key(&["a", "z"]));
    }
}
