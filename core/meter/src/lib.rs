//! Money: usage summed by day, service, operation, unit and resource, and priced by a replaceable
//! table.
//!
//! Reports are added in memory and stored on a short interval, before every reading and at the
//! end; a sudden end loses the last seconds of usage and nothing else. This is an estimate by list
//! prices, without discounts, taxes or the higher tiers.

mod bill;
mod meter;
mod prices;

pub use bill::{Line, Period, Used};
pub use meter::Meter;
pub use prices::{InvalidPrices, Price, Prices};
