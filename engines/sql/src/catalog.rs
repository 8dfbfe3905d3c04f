//! What a session must be told of the world: relations, partitions, object stores.

use std::sync::Arc;

use aquifer_lake::TableDef;
use async_trait::async_trait;
use datafusion::error::Result as DataFusionResult;
use object_store::ObjectStore;
use url::Url;

use crate::error::SqlError;
use crate::foreign::ForeignTable;

/// Something a query can name in its FROM clause.
#[derive(Debug, Clone)]
pub enum Relation {
    /// Rows in files.
    Table(Box<TableDef>),
    /// Rows that another engine finds.
    Foreign(Arc<dyn ForeignTable>),
    /// Rows computed by a query, in the dialect of the session.
    View(ViewDef),
}

/// A stored query.
#[derive(Debug, Clone)]
pub struct ViewDef {
    /// The text of the query.
    pub sql: String,
    /// Names its columns are known by, in order; empty keeps the query's own.
    pub columns: Vec<String>,
    /// Where its unqualified names are looked up; `None`: the database that holds the view.
    pub database: Option<String>,
}

/// A relation as `information_schema` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationName {
    /// Lower case.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
}

/// The catalog a session sees. Names come and go in lower case.
#[async_trait]
pub trait Catalog: std::fmt::Debug + Send + Sync {
    /// Every database.
    async fn database_names(&self) -> Result<Vec<String>, SqlError>;
    /// Every relation of a database; empty if there is no such database.
    async fn relation_names(&self, database: &str) -> Result<Vec<RelationName>, SqlError>;
    /// Whether a database exists.
    async fn has_database(&self, database: &str) -> Result<bool, SqlError>;
    /// A relation, or `None` if there is no such one.
    async fn relation(&self, database: &str, name: &str) -> Result<Option<Relation>, SqlError>;
}

/// Where the session finds an object store, by the address of its bucket (`s3://bucket/`).
pub trait ObjectStores: std::fmt::Debug + Send + Sync {
    /// The store of a bucket. Must not block; a missing bucket may show at first use.
    fn for_bucket(&self, url: &Url) -> DataFusionResult<Arc<dyn ObjectStore>>;
}
