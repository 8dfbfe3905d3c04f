//! SQL over the lake: queries that start, run, end and are kept, with their results in S3.
//!
//! A query is a row from the moment it is accepted; while it waits and runs, its changing side is a
//! [`queue::Live`] in memory. Statements that define are carried out on Glue, those that read or
//! write rows by the SQL engine over S3; both always as the caller, through the other rooms' apis,
//! so their permissions hold and their meters run. What a sudden end interrupts is run again if it
//! only reads; if it was writing, what it wrote is taken back before it is told to have failed.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html>

mod access;
mod catalog;
mod encryption;
mod engine;
mod error;
mod failure;
mod jobs;
mod model;
mod ops;
mod queue;
mod results;
mod run;
mod s3_store;
mod statement;
mod store;
mod table_def;
mod undo;
mod uri;
mod view;

use std::sync::Arc;

use aquifer_sql::Dialect;
use platform::{House, Service};

use crate::engine::Workers;
use crate::queue::Queue;

/// The room.
pub struct Athena {
    core: Arc<Core>,
}

/// What queries share, and outlives the request that started them.
struct Core {
    dialect: Arc<Dialect>,
    workers: Workers,
    queue: Queue,
}

/// Opens the room. The engine itself is made by the first query.
///
/// # Errors
/// When the rows of unfinished queries cannot be read.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let core = Arc::new(Core {
        dialect: engine::dialect(house),
        workers: Workers::new(house),
        queue: Queue::new(house.threads),
    });
    jobs::register(house, &core);
    jobs::recover(house)?;
    let resetting = core.clone();
    let room = Service::new(&athena_api::SERVICE, Arc::new(Athena { core }));
    Ok(ops::register(room).on_reset(move || resetting.queue.clear()).build())
}
