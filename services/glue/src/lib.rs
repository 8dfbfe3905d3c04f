//! The data catalog and the crawlers that fill it.
//!
//! A table is a row that says where files are and how to read them; every engine of the house reads
//! the same row. A crawler is the way rows come about by themselves: it lists a folder of S3, opens
//! files, and writes what it found as tables and partitions, through the same functions that serve
//! clients' calls ([`catalog`]).
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/Welcome.html>

mod catalog;
mod connection;
mod crawl;
mod encryption;
mod error;
mod iceberg;
mod ops;
mod optimize;
mod pages;
mod place;
mod policy;
mod registry;
mod store;

use std::sync::Arc;

use platform::{House, Names, SealingKey, Service};

use crate::policy::Catalogs;

/// The room.
pub struct Glue {
    /// Seals passwords that no key of KMS seals.
    sealing: SealingKey,
}

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    house.jobs.register_long(catalog::purge::KIND, catalog::purge::run);
    house.jobs.register_long(catalog::index::KIND, catalog::index::run);
    house.jobs.register_long(crawl::life::CRAWL, crawl::run);
    house.jobs.register(crawl::life::SCHEDULE, crawl::life::on_schedule);
    optimize::register(house);
    let sealing = house.secret.derive("glue.connections");
    let names: Arc<dyn Names> = Arc::new(Catalogs);
    let room = ops::register(Service::new(&glue_api::SERVICE, Arc::new(Glue { sealing })));
    let room = room.names(&names).resources(Arc::new(Catalogs));
    Ok(room.endpoint(Arc::new(iceberg::Catalog)).build())
}
