//! Scoped, typed tables with serialisable writes, group commit and durable answers.
//!
//! A [`Table`] is a static naming a key type, a row type and how its keys are scoped. Reads run on
//! a consistent view; writes run one after another against everything written before them, and
//! their future resolves once the group they were committed with is on disk.
//!
//! ```
//! use aquifer_store::{Backend, Durability, Row, Store, StoreError, StoreOptions, Table};
//! use aquifer_types::Scope;
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Queue { delay_seconds: u32 }
//! impl Row for Queue {}
//! static QUEUES: Table<String, Queue> = Table::regional("sqs.queues");
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let store = Store::open(StoreOptions { backend: Backend::Memory, durability: Durability::Strict })?;
//! let scope = Scope::default();
//! store.write(&scope, |tx| QUEUES.put(tx, "jobs", &Queue { delay_seconds: 5 })).await?;
//! let queue = store.read(&scope, |tx| QUEUES.get(tx, "jobs"))?;
//! assert_eq!(queue.map(|q| q.delay_seconds), Some(5));
//! # Ok(())
//! # }
//! ```
//!
//! What it is not: a query engine, a cache, or a place for object bytes and logs, which have
//! engines of their own.

mod backend;
mod commit;
mod directory;
mod error;
mod fields;
mod key;
mod overlay;
mod row;
mod scan;
mod store;
mod table;
mod tx;

pub use backend::{Batch, Disk, Faults, Faulty, KeyRange, Memory, Storage, StorageScan};
pub use error::{Reason, StoreError};
pub use fields::{Field, Fields};
pub use fjall::Slice;
pub use key::{AsKey, AsPrefix, Key, Unread};
pub use row::{Blob, Row, decode_row, encode_row};
pub use scan::{Page, Scan};
pub use store::{Accepted, Backend, Durability, PreCommit, Store, StoreOptions};
pub use table::Table;
pub use tx::{ReadTx, WriteTx};
