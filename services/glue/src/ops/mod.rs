//! The operations, by the resource they act on.

mod database;
mod partition;
mod table;
pub(crate) mod tag;

use platform::ServiceBuilder;

use crate::Glue;

pub(crate) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    tag::register(partition::register(table::register(database::register(room))))
}
