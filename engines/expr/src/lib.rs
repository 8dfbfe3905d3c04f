//! Small expression languages, each a module: text in, a checked tree out, evaluated over plain
//! values.
//!
//! - [`event_pattern`]: which events are wanted, in the shape of events.
//! - [`partition`]: the filter a metastore applies to the partitions of a table.
//!
//! No language here knows where its values come from, and none does any input or output.

pub mod event_pattern;
pub mod partition;
