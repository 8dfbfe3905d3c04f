//! Tables that another engine reads: a session plans over them and knows nothing of their files.

use std::sync::Arc;

use aquifer_lake::{FooterCache, ScanStats};
use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::datasource::TableProvider;

use crate::error::SqlError;

/// A table whose rows another engine finds.
#[async_trait]
pub trait ForeignTable: std::fmt::Debug + Send + Sync {
    /// Its columns as they are now.
    fn schema(&self) -> SchemaRef;

    /// What is wanted of it, for one query. None where it has no such part.
    ///
    /// # Errors
    /// Why the query cannot have it.
    async fn provider(&self, wanted: Wanted) -> Result<Option<Arc<dyn TableProvider>>, SqlError>;
}

/// What a query wants of a table.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// `t$part`: a table about the table.
    pub part: Option<String>,
    /// The state it had once.
    pub version: Option<Version>,
    /// Whether rows say which file they are in, under the name `"$path"`.
    pub with_path: bool,
    /// Whether rows say where they are, as [`ROW_FILE`] and [`ROW_POSITION`], so that they can be
    /// changed.
    pub with_rows: bool,
    /// Who counts what is read.
    pub scan: Arc<ScanStats>,
    /// Footers kept between queries.
    pub footers: Arc<FooterCache>,
}

/// A former state of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// As it was at a moment, in microseconds since 1970.
    At(i64),
    /// By its number.
    Number(i64),
    /// By a name somebody gave it.
    Name(String),
}

/// The column that holds the address of a row's file, where rows are to be changed.
pub const ROW_FILE: &str = "$row_file";
/// The column that holds a row's place in its file, the first being 0.
pub const ROW_POSITION: &str = "$row_position";
