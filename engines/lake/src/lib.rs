//! Partitioned tables over object storage: pruned, counted scans and partitioned writes.
//!
//! A table is a [`TableDef`]; its partitions come from a [`PartitionSource`]; its bytes from an
//! `object_store::ObjectStore` found by the session. Reading is a DataFusion table provider,
//! [`LakeTable`]; writing is [`write_table`]. Nothing here plans SQL, keeps a catalog or knows
//! whose cloud it stands in for.

mod adapt;
mod counted;
mod error;
mod estimate;
mod footers;
mod listing;
mod location;
mod orc;
mod partition_list;
mod partitions;
mod projection;
mod provider;
mod stats;
mod table;
mod text;
mod write;

pub use error::{LakeError, Result};
pub use footers::{FooterCache, ParquetReaders};
pub use location::Location;
pub use partition_list::PartitionList;
pub use partitions::NULL_PARTITION;
pub use projection::{
    DatePattern, DateRule, DateUnit, KeyRule, PROJECTED_MAX, Projection, check_template,
};
pub use provider::{LakeTable, PATH_COLUMN};
pub use stats::{ScanStats, ScanTotals};
pub use table::{Column, PartitionDef, PartitionSource, TableDef};
pub use write::{TargetSpec, Written, WrittenFile, WrittenPartition, partition_path, write_table};
