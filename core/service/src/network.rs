//! What a room tells of private networks: who is inside of one, and which way requests take from there.

use std::net::Ipv4Addr;

use aquifer_ctx::{Ctx, Passage};
use aquifer_schema::ServiceSchema;
use aquifer_types::{Region, Scope};

use crate::fail::Result;

/// Where somebody wants to be.
#[derive(Clone, Debug)]
pub struct Entry {
    pub subnet: String,
    /// The address wanted; the first that is free, if none is.
    pub address: Option<Ipv4Addr>,
    /// Whether the place is to have a public address too.
    pub public: bool,
}

/// A place inside of a private network. It is taken until it is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose network, in which region.
    pub scope: Scope,
    pub network: String,
    pub subnet: String,
    pub address: Ipv4Addr,
    /// Whether it has a public address too, without which an internet gateway is of no use to it.
    pub public: bool,
}

/// The way of a request out of a private network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over the internet: it arrives as if there were no private network.
    Internet,
    /// By an endpoint of the network.
    Endpoint(Passage),
    /// There is none.
    Nowhere,
}

/// Set by the room that has the private networks.
pub trait Network: Send + Sync {
    /// Takes a place. Networks are found in all accounts and regions.
    ///
    /// # Errors
    /// When there is no such subnet, or the address is not to be had.
    fn enter(&self, ctx: &Ctx, entry: &Entry) -> Result<Place>;

    /// Gives a place back.
    fn leave(&self, place: &Place);

    /// The way from a place to a service in a region; to no service of the house in particular,
    /// where none is named.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn way(
        &self,
        ctx: &Ctx,
        place: &Place,
        service: Option<&ServiceSchema>,
        region: &Region,
    ) -> Result<Way>;
}
