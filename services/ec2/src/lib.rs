//! Private networks: their subnets, the routes of these, and what routes lead to. Of Amazon EC2, this
//! is what the house stands in; there are no instances.
//!
//! Everything is rows of an account in a region. Which way a request from a subnet takes is read from
//! them at every request that comes through a door (see `places.rs`): the engine (`engines/network`)
//! chooses the route, and this room says what the route leads to. What is sent by an endpoint carries
//! the endpoint's policy along to where access is judged.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/operation-list-vpc.html>

mod blocks;
mod defaults;
mod dry_run;
mod endpoints;
mod error;
mod filters;
mod gateways;
mod ids;
mod labels;
mod listing;
mod ops;
mod places;
mod prefix_lists;
mod refuse;
mod resource;
mod route_tables;
mod store;
mod subnets;
mod tagging;
mod vpcs;
mod zones;

use std::sync::Arc;

use platform::{Around, Ctx, House, Result, Service, WriteTx};

use crate::dry_run::DryRuns;
use crate::listing::Look;
use crate::places::{Networks, Places};

/// The room.
pub struct Ec2 {
    places: Arc<Places>,
}

impl Ec2 {
    /// Looks at what there is, the default network included.
    async fn read<T>(&self, ctx: &Ctx, read: impl FnOnce(&Look<'_, '_>) -> Result<T>) -> Result<T> {
        defaults::settle(ctx).await?;
        ctx.read(|tx| read(&Look { tx, places: &self.places }))
    }

    /// Changes what there is, the default network included.
    async fn change<T>(
        &self,
        ctx: &Ctx,
        change: impl FnOnce(&WriteTx<'_>) -> Result<T>,
    ) -> Result<T> {
        ctx.write(|tx| {
            defaults::settle_in(ctx, tx)?;
            change(tx)
        })
        .await
    }

    /// What there is to see within a change.
    fn look<'a, 't>(&'a self, tx: &'a WriteTx<'t>) -> Look<'a, 't> {
        Look { tx, places: &self.places }
    }
}

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(_house: &House) -> anyhow::Result<Service> {
    let places = Arc::new(Places::default());
    let forgetting = Arc::clone(&places);
    let room = Service::new(&ec2_api::SERVICE, Arc::new(Ec2 { places: Arc::clone(&places) }));
    let dry_runs: Arc<dyn Around> = Arc::new(DryRuns);
    Ok(ops::register(room)
        .around(&dry_runs)
        .network(Arc::new(Networks(places)))
        .on_reset(move || forgetting.clear())
        .build())
}
