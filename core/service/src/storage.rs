//! Rooms that keep bytes in zones: how these stand, and what is done to them on order.
//!
//! A zone stands for an availability zone and is a folder, which may be another disk. The admin API
//! shows zones and orders faults of storage; a room carries them out on what it stores.

use std::pin::Pin;

use aquifer_types::Arn;
use serde::Serialize;

use crate::fail::Result;

/// How a zone stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ZoneState {
    /// Such as `az1`.
    pub name: String,
    /// Whether it is out of reach.
    pub lost: bool,
    /// Copies found damaged or missing when they were read, since the start.
    pub damaged: u64,
    /// Copies made whole, or made, since the start.
    pub repaired: u64,
    /// Copies that could not be made whole.
    pub failed: u64,
    /// What is still to be done.
    pub waiting: u64,
}

/// What a room answers later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A room that keeps bytes in zones.
pub trait Storage: Send + Sync {
    /// Its zones; none where nothing is kept on a disk.
    fn zones(&self) -> Vec<ZoneState>;

    /// Puts a zone out of reach, or back; false if there is none of that name.
    fn set_lost(&self, zone: &str, lost: bool) -> bool;

    /// Changes bytes on the disk, where one zone keeps the resource; how many.
    fn damage<'a>(
        &'a self,
        resource: &'a Arn,
        version_id: Option<&'a str>,
        zone: &'a str,
    ) -> Later<'a, u64>;
}
