//! What a service model says about a value, and how a codec walks a value without knowing its type.
//!
//! Every generated structure carries a `static` [`Schema`] and implements [`Structure`]; every value
//! it holds implements [`Shape`]. A codec is written once per protocol against these traits, so the
//! cost of the wire is types + protocols, never types × protocols. Nothing here knows a service.

mod operation;
mod pattern;
mod render;
mod schema;
mod shape;
mod stream;
mod timestamp;
mod validate;

pub use operation::{CallRate, ErrorSchema, OperationSchema, Protocol, Route, ServiceSchema};
pub use schema::{Constraints, Kind, Location, Member, Schema, TimestampFormat};
pub use serde_json::Value as Document;
pub use shape::{EnumShape, ListShape, MapShape, OptionShape, Shape, Slot, Structure, View};
pub use stream::{ByteStream, EventError, EventStream, Trailers};
pub use timestamp::Timestamp;
pub use validate::{Offender, Seen, Validator, Violation};

pub use bytes::Bytes;
