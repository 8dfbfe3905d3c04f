//! Iceberg tables in front of the SQL engine: as relations that are read, in any state they had; as
//! targets of rows; and as tables about themselves.
//!
//! What a table is, and how it changes, is `aquifer-iceberg`; here its files meet Arrow. Files are
//! found by the snapshot's manifests and left out where their bounds or partitions say so; columns
//! are found by their ids; deleted rows are passed over where the file is read. Rows that are to be
//! changed say where they are. Committing, and who may, is for who owns the catalog.

mod about;
mod adapt;
mod convert;
mod deletes;
mod error;
mod files;
mod io;
mod provider;
mod prune;
mod scalar;
mod table;
mod types;
mod write;

pub use deletes::deleted_among;
pub use error::{commit_failed, invalid_metadata, refused};
pub use files::{DeletesOf, Task, manifests, read_known, tasks};
pub use io::{Io, as_sql};
pub use scalar::scalar;
pub use table::IcebergTable;
pub use types::{arrow_type, column_fields, type_of_arrow};
pub use write::{DeletedRows, RowWriter, WriteOptions, discard, write_deletes, write_rows};
