//! Writes Arrow batches as a CSV, JSON, Avro, ORC or Parquet file, in pieces of bounded size.

mod cells;
mod csv;
mod json;
mod parquet;
mod records;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;

pub(crate) use self::cells::{Cells, Kind};
use self::csv::CsvRow;
use self::parquet::ParquetFile;
pub use self::records::{Column, Kind as ColumnKind, RecordFile, Value};
use crate::avro::AvroFile;
use crate::compression::{Compression, Compressor};
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::Format;
use crate::orc::OrcFile;

/// Plain text is handed to the codec in pieces of about this size.
const PIECE: usize = 256 << 10;

/// When CSV fields are put in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quoting {
    /// Where a field would be misread otherwise.
    #[default]
    Needed,
    /// Always, but for NULL.
    Always,
}

/// What a writer must know beyond the format.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Text files as a whole; Parquet pages (where [`Compression::Bzip2`] is refused).
    pub compression: Compression,
    /// How hard zstd tries, from 1 to 22; 3 by default.
    pub level: Option<i32>,
    /// Whether a CSV file begins with the columns' names.
    pub header: bool,
    /// When CSV fields are quoted, if the format has a quote.
    pub quoting: Quoting,
    /// The CSV text of NULL; by default the format's marker, or nothing if it has a quote.
    pub null_text: Option<String>,
    /// Rows of a Parquet row group, at most.
    pub row_group_rows: usize,
    /// Bytes of a Parquet row group held before it is written, about.
    pub row_group_bytes: usize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        WriteOptions {
            compression: Compression::None,
            level: None,
            header: false,
            quoting: Quoting::Needed,
            null_text: None,
            row_group_rows: 1 << 20,
            row_group_bytes: 64 << 20,
        }
    }
}

impl WriteOptions {
    /// What tables are written with if nothing else is said: Parquet in snappy, Avro and ORC
    /// deflated, text plain.
    pub fn for_format(format: &Format) -> Self {
        let compression = match format {
            Format::Parquet => Compression::Snappy,
            Format::Avro(_) | Format::Orc(_) => Compression::Deflate,
            _ => Compression::None,
        };
        WriteOptions { compression, ..WriteOptions::default() }
    }
}

/// Writes one file. What is ready is taken with [`take_ready`](Self::take_ready) as often as the
/// caller likes; the concatenation of all that was taken and of what
/// [`finish`](Self::finish) answers is the file.
pub struct FileWriter {
    sink: Sink,
    rows: u64,
    /// Bytes taken so far.
    bytes: u64,
}

enum Sink {
    Text(Box<TextFile>),
    Avro(Box<AvroFile>),
    Orc(Box<OrcFile>),
    Parquet(Box<ParquetFile>),
}

struct TextFile {
    format: TextFormat,
    /// The types batches are brought to before they are written.
    types: Vec<DataType>,
    plain: Vec<u8>,
    compressor: Compressor,
    ready: Vec<u8>,
}

enum TextFormat {
    Csv(CsvRow),
    Json(json::JsonRow),
}

impl FileWriter {
    /// A writer of batches of `schema`. Columns without a Hive type are refused.
    pub fn new(format: &Format, schema: SchemaRef, options: WriteOptions) -> Result<Self> {
        let sink = match format {
            Format::Parquet => Sink::Parquet(Box::new(ParquetFile::new(schema, &options)?)),
            Format::Avro(_) => Sink::Avro(Box::new(AvroFile::new(&schema, &options)?)),
            Format::Orc(_) => Sink::Orc(Box::new(OrcFile::new(&schema, &options)?)),
            Format::Pattern(_) => {
                let name = format.name();
                return Err(Error::Options(format!("files of format {name} cannot be written")));
            }
            Format::Csv(csv) => {
                let mut plain = Vec::new();
                let row = CsvRow::new(csv, &options)?;
                if options.header {
                    row.header(&schema, &mut plain);
                }
                Sink::Text(TextFile::new(TextFormat::Csv(row), &schema, plain, &options)?)
            }
            Format::Json(_) => {
                let row = json::JsonRow::new(&schema);
                Sink::Text(TextFile::new(TextFormat::Json(row), &schema, Vec::new(), &options)?)
            }
        };
        Ok(FileWriter { sink, rows: 0, bytes: 0 })
    }

    /// Appends a batch's rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match &mut self.sink {
            Sink::Text(text) => text.write(batch)?,
            Sink::Avro(avro) => avro.write(batch)?,
            Sink::Orc(orc) => orc.write(batch)?,
            Sink::Parquet(parquet) => parquet.write(batch)?,
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// The file's next bytes, as many as are ready.
    pub fn take_ready(&mut self) -> Bytes {
        let ready = match &mut self.sink {
            Sink::Text(text) => std::mem::take(&mut text.ready),
            Sink::Avro(avro) => avro.take_ready(),
            Sink::Orc(orc) => orc.take_ready(),
            Sink::Parquet(parquet) => parquet.take_ready(),
        };
        self.bytes += ready.len() as u64;
        ready.into()
    }

    /// Ends the file; answers its last bytes. Nothing may be written after.
    pub fn finish(&mut self) -> Result<Bytes> {
        match &mut self.sink {
            Sink::Text(text) => text.finish()?,
            Sink::Avro(avro) => avro.finish()?,
            Sink::Orc(orc) => orc.finish()?,
            Sink::Parquet(parquet) => parquet.finish()?,
        }
        Ok(self.take_ready())
    }

    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the file that are done, taken or ready; after `finish`, the file's size.
    pub fn bytes(&self) -> u64 {
        let ready = match &self.sink {
            Sink::Text(text) => text.ready.len(),
            Sink::Avro(avro) => avro.ready(),
            Sink::Orc(orc) => orc.ready(),
            Sink::Parquet(parquet) => parquet.ready(),
        };
        self.bytes + ready as u64
    }
}

impl TextFile {
    fn new(
        format: TextFormat,
        schema: &Schema,
        plain: Vec<u8>,
        options: &WriteOptions,
    ) -> Result<Box<Self>> {
        let types = schema
            .fields()
            .iter()
            .map(|f| Ok(text_type(&HiveType::from_arrow(f.data_type())?, f.data_type())))
            .collect::<Result<_>>()?;
        let compressor = Compressor::with_level(options.compression, options.level)?;
        Ok(Box::new(TextFile { format, types, plain, compressor, ready: Vec::new() }))
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_columns() != self.types.len() {
            return Err(Error::Options(format!(
                "a batch of {} columns in a file of {}",
                batch.num_columns(),
                self.types.len()
            )));
        }
        let arrays: Vec<ArrayRef> = batch
            .columns()
            .iter()
            .zip(&self.types)
            .map(|(array, ty)| match array.data_type() == ty {
                true => Ok(array.clone()),
                false => cast(array, ty),
            })
            .collect::<Result<_, _>>()?;
        let columns = arrays.iter().map(cells::Cells::new).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            match &mut self.format {
                TextFormat::Csv(csv) => csv.write(&columns, row, &mut self.plain),
                TextFormat::Json(json) => json.write(&columns, row, &mut self.plain),
            }
            if self.plain.len() >= PIECE {
                self.compress()?;
            }
        }
        Ok(())
    }

    fn compress(&mut self) -> Result<()> {
        self.compressor.write(&self.plain, &mut self.ready)?;
        self.plain.clear();
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.compress()?;
        let compressor =
            std::mem::replace(&mut self.compressor, Compressor::new(Compression::None)?);
        compressor.finish(&mut self.ready)
    }
}

/// The few Arrow types text is written from. Timestamps keep up to nanoseconds.
fn text_type(hive: &HiveType, given: &DataType) -> DataType {
    let unit = match given {
        DataType::Timestamp(TimeUnit::Nanosecond, _) => TimeUnit::Nanosecond,
        _ => TimeUnit::Microsecond,
    };
    hive.to_arrow_with(unit)
}

#[cfg(test)]
mod tests;
