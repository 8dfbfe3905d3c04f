//! Data files: reading, writing and guessing what is in them.
//!
//! CSV (and its kin), JSON lines, lines taken apart by expressions, Avro, ORC and Parquet, plain or compressed, as Arrow batches. A file's
//! bytes are pushed in as they arrive and batches come out; nothing here opens a file, knows a
//! catalog or a query. Input is hostile: malformed data is an error with its line or a NULL, as
//! the chosen rules say, and memory is bounded.

mod avro;
mod coerce;
mod compression;
mod error;
mod grok;
mod hive;
mod infer;
mod options;
mod orc;
mod text;
mod text_match;
mod write;

pub use avro::AvroDecoder;
pub use compression::{Compression, Compressor, Decompressor, Progress};
pub use error::{Error, Result};
pub use grok::{Grok, GrokError};
pub use hive::{HiveType, arrow_schema};
pub use infer::{
    Classification, Conflict, CsvHints, Inference, JsonLayout, ParquetTail, TailReader,
    avro_columns, infer, infer_lines, infer_parquet, infer_with, infer_xml, orc_tail, parquet_tail,
};
pub use options::{
    AvroOptions, CsvOptions, CsvStyle, Format, JsonOptions, JsonStyle, OrcOptions, PatternOptions,
    PatternStyle,
};
pub use orc::{OrcColumns, OrcRows, OrcStripe, OrcTail, OrcTailRead};
pub use text::TextDecoder;
pub use text_match::regex_groups;
pub use write::{Column, ColumnKind, FileWriter, Quoting, RecordFile, Value, WriteOptions};
