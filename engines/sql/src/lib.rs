//! SQL over lake tables: sessions, resolution of names, planning, execution, statistics.
//!
//! One DataFusion core serves every dialect; a dialect is a [`FrontEnd`] that reads statements,
//! puts its constructs in the core's words and names types and errors. The world comes in by
//! three traits: [`Catalog`] (relations), `aquifer_lake::PartitionSource` (partitions) and
//! [`ObjectStores`] (bytes). Nothing here knows whose cloud it stands in for, reads a clock or
//! keeps a catalog.
//!
//! ```text
//! SqlEngine (memory, spill) → Dialect (functions) → Session (one caller) → Prepared → Running
//! ```
//!
//! What a session answers later is boxed: the compiler makes the body of an `async fn` anew in each
//! crate that awaits it, here with most of a planner inside, and boxes keep it in this one.

mod catalog;
mod change;
mod engine;
mod error;
mod explain;
mod foreign;
mod front_end;
mod hidden;
mod information_schema;
mod optimize;
mod prepared;
mod references;
mod relations;
mod running;
mod scope;
mod session;
mod statement;
mod versions;
mod write;
mod yielding;

pub use catalog::{Catalog, ObjectStores, Relation, RelationName, ViewDef};
pub use change::Deed;
pub use engine::{Dialect, SqlConfig, SqlEngine};
pub use error::{Category, SqlError};
pub use foreign::{ForeignTable, ROW_FILE, ROW_POSITION, Version, Wanted};
pub use front_end::{FrontEnd, OutputName, OutputNames, TypeText};
pub use prepared::{Prepared, PreparedExplain, PreparedQuery};
pub use references::{references, table_name};
pub use running::{QueryStats, QueryTotals, ResultColumn, Running};
pub use session::{Session, SessionOptions};
pub use statement::{
    CreateTableAs, CreateView, Explain, ExplainFormat, ExplainKind, InsertInto, ParsedQuery,
    Properties, PropertyValue, Statement, TableName, Unload,
};
