//! Parquet says what it is in its footer, at the end of the file.

use std::collections::HashSet;
use std::io;

use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::{Classification, Inference};
use crate::compression::Compression;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::Format;

/// What is read first: most footers fit.
const TAIL: u64 = 64 << 10;
/// No footer is larger; a damaged one may claim to be.
const FOOTER_MAX: usize = 256 << 20;

/// Reads the end of a file.
pub trait TailReader {
    /// The file's size in bytes.
    fn size(&self) -> u64;
    /// The file's last `length` bytes; `length` is at most the size.
    fn read_tail(&mut self, length: u64) -> io::Result<Bytes>;
}

/// What can be told from the last bytes of a file whose footer describes it.
#[derive(Debug)]
pub enum ParquetTail {
    /// The footer is longer: this many of the file's last bytes are needed.
    Need(u64),
    Done(Box<Inference>),
}

/// Reads a Parquet file's footer.
pub fn infer_parquet(reader: &mut dyn TailReader) -> Result<Inference> {
    let size = reader.size();
    let mut length = TAIL.min(size);
    loop {
        match parquet_tail(&reader.read_tail(length)?, size)? {
            ParquetTail::Done(inference) => return Ok(*inference),
            ParquetTail::Need(more) if more > length => length = more,
            ParquetTail::Need(_) => {
                let message = "the footer does not end where it says".to_owned();
                return Err(Error::Parquet(ParquetError::EOF(message)));
            }
        }
    }
}

/// Reads the footer from the last bytes of a file of `size` bytes, for callers who read files
/// their own way.
pub fn parquet_tail(tail: &[u8], size: u64) -> Result<ParquetTail> {
    let mut reader = ParquetMetaDataReader::new();
    match reader.try_parse_sized(&Bytes::copy_from_slice(tail), size) {
        Ok(()) => {
            let metadata = reader.finish()?;
            Ok(ParquetTail::Done(Box::new(inference(&metadata, size)?)))
        }
        Err(ParquetError::NeedMoreData(n)) if n <= FOOTER_MAX && n as u64 <= size => {
            Ok(ParquetTail::Need(n as u64))
        }
        Err(error) => Err(error.into()),
    }
}

fn inference(metadata: &ParquetMetaData, size: u64) -> Result<Inference> {
    let file = metadata.file_metadata();
    let schema = parquet_to_arrow_schema(file.schema_descr(), None)?;
    let rows = u64::try_from(file.num_rows()).unwrap_or(0);
    let groups = metadata.row_groups();
    let plain: i64 = groups.iter().map(|g| g.total_byte_size()).sum();

    let mut inference = Inference::new(Classification::Parquet, Compression::None);
    inference.format = Some(Format::Parquet);
    let mut names = HashSet::new();
    for field in schema.fields() {
        // Columns go by their names without case: a second of one name cannot be asked for.
        let name = field.name().to_lowercase();
        if names.insert(name.clone()) {
            let ty = match field.data_type() {
                DataType::Null => HiveType::Void,
                ty => HiveType::from_arrow(ty)?,
            };
            inference.columns.push((name, ty));
        }
    }
    inference.sampled_rows = rows;
    inference.row_count = Some(rows);
    inference.avg_record_size =
        u64::try_from(plain).ok().and_then(|bytes| bytes.checked_div(rows)).unwrap_or(0);
    inference.rows_per_byte = rows as f64 / size.max(1) as f64;
    let mut note = |key: &str, value: String| inference.metadata.insert(key.to_owned(), value);
    note("row_groups", groups.len().to_string());
    note("uncompressed_bytes", plain.to_string());
    if let Some(created_by) = file.created_by() {
        note("created_by", created_by.to_owned());
    }
    if let Some(column) = groups.first().and_then(|g| g.columns().first()) {
        note("codec", format!("{:?}", column.compression()).to_lowercase());
    }
    Ok(inference)
}
