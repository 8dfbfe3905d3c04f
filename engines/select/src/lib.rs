//! The S3 Select dialect: one SQL query over the records of one file.
//!
//! A [`Query`] is text that was parsed and checked. A [`Selection`] runs it over a [`Source`], a
//! few thousand records a step, and hands back results as text; so whoever drives it decides how
//! fast it goes, and it holds no more than a record, a buffer and (for Parquet) a page a column.
//!
//! Values have the types their records give them: every field of a CSV file is text, and JSON
//! mixes kinds freely. So expressions are evaluated value by value, with `MISSING` for what a
//! record does not have beside `NULL`, and no schema is asked for.
//!
//! What the dialect leaves out (joins, grouping, ordering, subqueries) is an error by name; its
//! codes are in [`Code`].
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference.html>

mod aggregate;
mod ast;
mod bind;
mod code;
mod compare;
mod convert;
mod decimal;
mod eval;
mod functions;
mod lexer;
mod like;
mod parser;
mod pattern;
mod read;
mod run;
mod time;
mod value;
mod write;

pub use code::{Code, Error, Result};
pub use parser::Query;
pub use read::{CsvInput, Headers, Input, InputFormat, ScanRange, Source};
pub use run::{Selection, Stats, Step};
pub use write::{CsvOutput, Output};

pub use aquifer_formats::Compression;

/// Neither a record read nor one written may be longer, in bytes.
pub const RECORD_MAX: usize = 1 << 20;
/// Nor may a query.
pub const QUERY_MAX: usize = 256 << 10;
/// Nor one of an archive.
pub const FILTER_MAX: usize = 128 << 10;
