//! What a request carries through the house: who asks, whose resources, which clock, which store,
//! and the only ways to draw randomness and start tasks.
//!
//! [`PlatformParts`] is the one value everything hangs from: there are no globals, so many servers
//! run in one process. [`Ctx`] is cheap to clone; the `with_…` methods answer changed copies.

mod alias;
mod clock;
mod ctx;
mod ids;
mod meter;
mod origin;
mod platform;
mod tasks;

pub use alias::{Alias, Manner};
pub use clock::Clock;
pub use ctx::{Ctx, Session, TooDeep};
pub use ids::Ids;
pub use meter::{Keeper, MeterSink, Unit, Usage};
pub use origin::{Passage, Source};
pub use platform::{Dispatched, Dispatcher, PlatformParts};
pub use tokio_util::sync::CancellationToken;
