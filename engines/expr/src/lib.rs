//! Small expression languages, each a module: text in, a checked tree out, evaluated over plain
//! values.
//!
//! - [`partition`]: the filter a metastore applies to the partitions of a table.
//!
//! No language here knows where its values come from, and none does any input or output.

pub mod partition;
