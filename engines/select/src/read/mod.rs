//! Files as records.

mod csv;
mod feed;
mod json;
mod json_value;
mod parquet;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use aquifer_formats::Compression;
use bytes::Bytes;

use crate::ast::{PathStep, Statement};
use crate::bind::Shape;
use crate::code::{Code, Result};
use crate::value::Tree;

pub(crate) use csv::Fields;

/// Where a file's bytes come from. Reading may block.
pub trait Source: Send + Sync {
    /// How many there are.
    fn size(&self) -> u64;

    /// Some of them.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read(&self, range: Range<u64>) -> io::Result<Bytes>;
}

/// What a file's first record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Headers {
    /// A record as others.
    #[default]
    None,
    /// The names of columns.
    Use,
    /// Nothing.
    Ignore,
}

/// How a CSV file is written.
#[derive(Clone, Debug)]
pub struct CsvInput {
    pub headers: Headers,
    pub field_delimiter: u8,
    /// One or two bytes; a line feed takes a carriage return before it along if nobody chose it.
    pub record_delimiter: Option<Vec<u8>>,
    pub quote: Option<u8>,
    /// What makes a quote inside quotes one that is meant.
    pub escape: Option<u8>,
    /// Records that begin so say nothing.
    pub comment: Option<u8>,
    /// Whether quotes may hold the end of a record.
    pub quoted_delimiters: bool,
}

impl Default for CsvInput {
    fn default() -> Self {
        Self {
            headers: Headers::None,
            field_delimiter: b',',
            record_delimiter: None,
            quote: Some(b'"'),
            escape: Some(b'"'),
            comment: None,
            quoted_delimiters: false,
        }
    }
}

/// The kinds of files.
#[derive(Clone, Debug)]
pub enum InputFormat {
    Csv(CsvInput),
    /// A value each line.
    JsonLines,
    /// Values that may span lines.
    JsonDocument,
    Parquet,
}

/// Which records are read: those that begin between two offsets, both of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanRange {
    pub first: u64,
    pub last: u64,
}

/// How to read a file.
#[derive(Clone, Debug)]
pub struct Input {
    pub format: InputFormat,
    /// Of CSV and JSON: none, GZIP or BZIP2.
    pub compression: Compression,
    pub range: Option<ScanRange>,
}

/// A record.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Fields(&'a Fields),
    Columns(&'a [Tree]),
    Tree(&'a Tree),
}

pub(crate) enum Reader {
    Csv(csv::CsvReader),
    Json(json::JsonReader),
    Parquet(Box<parquet::ParquetReader>),
}

impl Reader {
    /// Opens a file for a query.
    pub fn open(input: &Input, source: Arc<dyn Source>, statement: &Statement) -> Result<Self> {
        let nested = !statement.from.is_empty();
        match &input.format {
            InputFormat::Csv(options) => {
                if nested {
                    return Err(Code::InvalidKeyPath.into());
                }
                csv::CsvReader::open(options, input, source).map(Self::Csv)
            }
            InputFormat::JsonLines => {
                let steps = statement.from.clone();
                json::JsonReader::open(input, source, steps, true).map(Self::Json)
            }
            InputFormat::JsonDocument => {
                let steps = statement.from.clone();
                json::JsonReader::open(input, source, steps, false).map(Self::Json)
            }
            InputFormat::Parquet => {
                if nested {
                    return Err(Code::InvalidKeyPath.into());
                }
                let reader = guarded(|| parquet::ParquetReader::open(input, source, statement))?;
                Ok(Self::Parquet(Box::new(reader)))
            }
        }
    }

    /// Goes to the next record; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        match self {
            Self::Csv(reader) => reader.advance(),
            Self::Json(reader) => reader.advance(),
            Self::Parquet(reader) => guarded(|| reader.advance()),
        }
    }

    /// The record it went to.
    pub fn row(&self) -> Row<'_> {
        match self {
            Self::Csv(reader) => Row::Fields(reader.fields()),
            Self::Json(reader) => Row::Tree(reader.value()),
            Self::Parquet(reader) => Row::Columns(reader.columns()),
        }
    }

    /// What its records are made of; `None` where there is none to tell it.
    pub fn shape(&self) -> Option<Shape<'_>> {
        match self {
            Self::Csv(reader) => reader.shape(),
            Self::Json(_) => Some(Shape::Tree),
            Self::Parquet(reader) => Some(Shape::Columns(reader.names())),
        }
    }

    /// Bytes read, and bytes they were before they were compressed.
    pub fn bytes(&self) -> (u64, u64) {
        match self {
            Self::Csv(reader) => reader.bytes(),
            Self::Json(reader) => reader.bytes(),
            Self::Parquet(reader) => reader.bytes(),
        }
    }
}

/// The reader of Parquet panics at some files that are malformed, where it should fail.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    let read = std::panic::AssertUnwindSafe(read);
    std::panic::catch_unwind(read).unwrap_or_else(|_| Err(Code::ParquetParsingError.into()))
}

/// Steps that lead to more than one record.
pub(crate) fn is_wild(step: &PathStep) -> bool {
    matches!(step, PathStep::Elements | PathStep::Members)
}

/// The range of a file that can be read in parts, or the whole of it.
pub(crate) fn scan_range(input: &Input, size: u64) -> Result<ScanRange> {
    let whole = ScanRange { first: 0, last: u64::MAX };
    let Some(range) = input.range else { return Ok(whole) };
    let divisible = match &input.format {
        InputFormat::Csv(csv) => !csv.quoted_delimiters,
        InputFormat::JsonLines | InputFormat::Parquet => true,
        InputFormat::JsonDocument => false,
    };
    if !divisible || input.compression != Compression::None {
        return Err(Code::UnsupportedScanRangeInput.into());
    }
    if range.first > range.last || range.first >= size.max(1) {
        return Err(Code::InvalidScanRange.into());
    }
    Ok(range)
}
