//! Apache Iceberg tables, as their specification writes them: what a table is (its metadata), how
//! it changes (updates under requirements), and which files a snapshot holds (manifests).
//!
//! All of it is pure: bytes in, values out, and the reverse. Where files are, who may change a table
//! and what the time is, callers say. No data file is read here; that is `aquifer-iceberg-data`, so
//! that a catalog costs no Arrow.
//!
//! Format version 2 is written and read, version 1 is read and may be kept. Version 3 is refused by
//! name: its rows have ids and its deletes are bitmaps, which who does not know them would lose.
//!
//! <https://iceberg.apache.org/spec/>

pub mod avro;
pub mod change;
mod error;
mod evolve;
mod hive;
pub mod manifest;
mod metadata;
mod partition;
mod partition_value;
pub mod rest;
pub mod rewrite;
mod schema;
mod snapshot;
mod sort;
mod transform;
mod types;
mod update;

pub use error::{Error, Result};
pub use evolve::Place;
pub use hive::{CatalogColumn, catalog_columns, hive_type};
pub use metadata::{
    CreateTable, FORMAT_VERSION, LogEntry, MetadataLogEntry, PartitionStatistics, Statistics,
    TableMetadata,
};
pub use partition::{PartitionField, PartitionSpec, UNPARTITIONED_LAST_ID};
pub use partition_value::{spell_value, unscaled};
pub use schema::{Schema, schema_json};
pub use snapshot::{MAIN, RefKind, Retention, Snapshot, SnapshotRef};
pub use sort::{Direction, NullOrder, SortField, SortOrder};
pub use transform::Transform;
pub use types::{Field, ListType, MapType, Primitive, StructType, Type};
pub use update::{LAST_ADDED, TableRequirement, TableUpdate, check_requirements};
