//! Who sends requests: from where, and whether what they send arrives.

use std::net::SocketAddr;
use std::sync::Arc;

use aquifer_sigv4::Presented;
use platform::{Ctx, Place, Platform, Way};

use crate::route::Destination;

/// Who sends requests, and over which version of TLS, if any.
#[derive(Clone)]
pub(crate) struct Peer {
    pub address: SocketAddr,
    pub tls: Option<&'static str>,
    /// The place in a private network that the requests are sent from, if they come by a door.
    pub place: Option<Arc<Place>>,
}

/// The connection ends without an answer: the network has no way for it.
#[derive(Debug)]
pub(crate) struct Unreachable;

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no way for the request")
    }
}

impl std::error::Error for Unreachable {}

/// A request as it arrives from a place in a private network.
///
/// # Errors
/// When it has no way to where it wants.
pub(crate) fn from_place(
    platform: &Platform,
    ctx: &Ctx,
    place: &Place,
    (to, presented): (Option<&Destination>, Option<&Presented>),
) -> Result<Ctx, Unreachable> {
    let network = platform.registry().network().ok_or(Unreachable)?;
    let region = presented.and_then(|presented| presented.region.parse().ok());
    let region = region.unwrap_or_else(|| place.scope.region.clone());
    match network.way(ctx, place, to.map(|to| to.service), &region) {
        Ok(Way::Internet) => Ok(ctx.clone()),
        Ok(Way::Endpoint(passage)) => Ok(ctx.with_passage(passage)),
        Ok(Way::Nowhere) => Err(Unreachable),
        Err(fail) => {
            tracing::error!("the way from {} is not known: {fail:?}", place.subnet);
            Err(Unreachable)
        }
    }
}
