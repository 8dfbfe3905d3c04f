//! Every way a data file, a type's text or an option can be wrong, in this crate's own words.
//!
//! Errors carry the line or byte they were met at; the file's name is added by the caller, who
//! alone knows it.

use thiserror::Error;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A Hive type's text could not be read; `position` is a byte offset into it.
    #[error("{message} at position {position} of '{text}'")]
    Type { text: String, position: usize, message: String },
    /// An Arrow type with no Hive counterpart.
    #[error("no column type corresponds to {0}")]
    NoSuchType(String),
    /// Options that contradict each other or name something this crate does not do.
    #[error("{0}")]
    Options(String),
    /// A codec that is known by name and not implemented.
    #[error("compression codec {0} is not supported")]
    UnsupportedCodec(String),
    /// Compressed bytes that do not decompress; `offset` counts compressed bytes.
    #[error("{codec} data is corrupt near byte {offset}: {message}")]
    Corrupt { codec: &'static str, offset: u64, message: String },
    /// The file ended inside a compressed member.
    #[error("{codec} data ends unexpectedly after {offset} bytes")]
    Truncated { codec: &'static str, offset: u64 },
    /// A row that is not of the format; `line` counts from one.
    #[error("line {line}: {message}")]
    Row { line: u64, message: String },
    /// A value that is not of its column's type; `line` counts from one, `column` from zero.
    #[error("line {line}: cannot read '{value}' in column {column} ({name}) as {hive_type}")]
    Value { line: u64, column: usize, name: String, value: String, hive_type: String },
    /// A record longer than any reader would hold.
    #[error("line {line}: the record is longer than {limit} bytes")]
    RecordTooLong { line: u64, limit: usize },
    /// A Parquet file that cannot be read or written.
    #[error("Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Arrow refused an array; met only if lengths or types disagree.
    #[error("Arrow: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Reading or writing failed underneath.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
