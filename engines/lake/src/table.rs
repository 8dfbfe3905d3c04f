//! What a partitioned table is: columns, partition keys, where its files are and how to read them.
//!
//! Not a catalog: definitions are given by whoever keeps one, partitions by a [`PartitionSource`].

use std::collections::BTreeMap;

use aquifer_formats::{Compression, Format, HiveType};
use async_trait::async_trait;

use crate::error::Result;
use crate::projection::Projection;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Lower case; names are matched without regard to case.
    pub name: String,
    /// Its declared type.
    pub hive_type: HiveType,
    /// What its owner wrote of it; empty if nothing.
    pub comment: String,
}

impl Column {
    /// A column without comment.
    pub fn new(name: impl Into<String>, hive_type: HiveType) -> Self {
        Column { name: name.into(), hive_type, comment: String::new() }
    }
}

/// A table over files.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// The database that holds it.
    pub database: String,
    /// Lower case.
    pub name: String,
    /// Columns held in the files, in order.
    pub columns: Vec<Column>,
    /// Columns held in paths, in order; after `columns` in every row.
    pub partition_keys: Vec<Column>,
    /// `s3://bucket/prefix/`; may be empty for a table that only has located partitions.
    pub location: String,
    /// How its files are encoded, unless a partition says otherwise.
    pub format: Format,
    /// The codec of every file, if known; otherwise each file's name tells.
    pub compression: Option<Compression>,
    /// Properties, verbatim.
    pub parameters: BTreeMap<String, String>,
    /// The rules its partitions follow from, if no catalog is asked for them.
    pub projection: Option<Projection>,
}

impl TableDef {
    /// Whether rows live in partitions.
    pub fn is_partitioned(&self) -> bool {
        !self.partition_keys.is_empty()
    }

    /// Data columns, then partition columns.
    pub fn all_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().chain(&self.partition_keys)
    }
}

/// One partition of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionDef {
    /// One text per partition key, in their order.
    pub values: Vec<String>,
    /// Where its files are.
    pub location: String,
    /// How they are encoded, if not as the table says.
    pub format: Option<Format>,
}

/// Whoever knows a table's partitions.
#[async_trait]
pub trait PartitionSource: std::fmt::Debug + Send + Sync {
    /// The partitions of a table. `filter` is an expression over the partition keys, such as
    /// `year = '2024' AND month >= 3`; a source may ignore it and answer more, never less.
    async fn partitions(
        &self,
        database: &str,
        table: &str,
        filter: Option<&str>,
    ) -> Result<Vec<PartitionDef>>;
}
