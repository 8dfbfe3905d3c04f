//! Data files: reading, writing and guessing what is in them.
//!
//! CSV (and its kin), JSON lines and Parquet, plain or compressed, as Arrow batches. A file's
//! bytes are pushed in as they arrive and batches come out; nothing here opens a file, knows a
//! catalog or a query. Input is hostile: malformed data is an error with its line or a NULL, as
//! the chosen rules say, and memory is bounded.

mod compression;
mod error;
mod grok;
mod hive;
mod infer;
mod options;
mod text;
mod write;

pub use compression::{Compression, Compressor, Decompressor, Progress};
pub use error::{Error, Result};
pub use grok::{Grok, GrokError};
pub use hive::{HiveType, arrow_schema};
pub use infer::{
    Classification, Conflict, CsvHints, Inference, JsonLayout, ParquetTail, TailReader,
    avro_columns, infer, infer_lines, infer_parquet, infer_with, infer_xml, parquet_tail,
};
pub use options::{CsvOptions, CsvStyle, Format, JsonOptions, JsonStyle};
pub use text::TextDecoder;
pub use write::{Column, ColumnKind, FileWriter, Quoting, RecordFile, Value, WriteOptions};
