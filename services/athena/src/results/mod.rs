//! What queries answer, in S3: a file of values, and beside it one that describes them.
//!
//! Rows are CSV as Athena writes it: every value in quotes, the header too; NULL is nothing at all.
//! Statements that tell lines leave text. The description (`.metadata`) is JSON of our own; AWS's is
//! not documented.

mod metadata;
mod read;
mod write;

pub(crate) use metadata::Description;
pub(crate) use read::read;
pub(crate) use write::{CsvRows, ResultWriter, put_whole};
