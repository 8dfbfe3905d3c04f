//! Private networks: blocks of addresses, and which way a packet takes.
//!
//! A [`Block`] is a range of IPv4 addresses by its prefix. [`way`] answers what a table of routes says
//! of an address: the route with the longest prefix that holds it, and among equals the one that
//! names a block itself before one that names a list of blocks. What the ways lead to, and whether it
//! is there, is the caller's business: nothing here knows a gateway.

mod block;
mod route;

pub use block::{Block, NotABlock};
pub use route::{Destination, Route, way};
