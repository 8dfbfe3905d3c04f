//! Table buckets: Iceberg tables that are resources, with who may use them and with someone who keeps
//! them tidy.
//!
//! A table is a row that points to its metadata file. The file and all others of the table are objects
//! of a bucket of S3 that is the table's alone, made and emptied by this room through S3's api; clients
//! read and write them there, by S3's api, with this service's permissions. A commit is a change of the
//! pointer under the version token that the client saw. What Iceberg says of tables is
//! `engines/iceberg`; its REST catalog is served here too, by the same operations.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables.html>

mod commit;
mod create;
mod error;
mod files;
mod find;
mod jobs;
mod maintain;
mod model;
mod names;
mod ops;
mod pages;
mod policy;
mod resources;
mod rest;
mod schema;
mod store;
mod tagging;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct S3Tables;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    jobs::register(house);
    maintain::register(house);
    let room = Service::new(&s3tables_api::SERVICE, Arc::new(S3Tables));
    Ok(ops::register(room)
        .resources(Arc::new(resources::Tables))
        .endpoint(Arc::new(rest::Catalog))
        .build())
}
