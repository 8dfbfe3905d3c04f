//! The operations, by resource.

pub(crate) mod bucket;
mod namespace;
mod table;
mod tag;

use platform::ServiceBuilder;

use crate::S3Tables;

pub(crate) fn register(room: ServiceBuilder<S3Tables>) -> ServiceBuilder<S3Tables> {
    tag::register(table::register(namespace::register(bucket::register(room))))
}
