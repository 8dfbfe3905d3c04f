//! The operations, by the resource they act on.

mod classifier;
mod connection;
mod crawler;
mod database;
mod function;
mod index;
mod optimizer;
mod partition;
mod policy;
mod registry;
mod schema;
mod security;
mod statistics;
mod table;
pub(crate) mod tag;
mod version;

use platform::ServiceBuilder;

use crate::Glue;

pub(crate) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    let room = partition::register(table::register(database::register(room)));
    let room = tag::register(crawler::register(classifier::register(room)));
    let room = statistics::register(function::register(index::register(policy::register(room))));
    let room = version::register(schema::register(registry::register(room)));
    security::register(connection::register(optimizer::register(room)))
}
