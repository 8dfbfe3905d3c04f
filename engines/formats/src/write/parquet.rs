//! Parquet: row groups bounded in rows and bytes, statistics on, and a schema any reader
//! understands (no Arrow metadata in the file).

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::WriteOptions;
use crate::compression::Compression;
use crate::error::{Error, Result};

pub(super) struct ParquetFile {
    writer: ArrowWriter<Vec<u8>>,
    row_group_bytes: usize,
}

impl ParquetFile {
    pub(super) fn new(schema: SchemaRef, options: &WriteOptions) -> Result<Self> {
        let codec = match options.compression {
            Compression::None => Codec::UNCOMPRESSED,
            Compression::Snappy => Codec::SNAPPY,
            Compression::Gzip => Codec::GZIP(GzipLevel::default()),
            Compression::Zstd => Codec::ZSTD(ZstdLevel::try_new(options.level.unwrap_or(3))?),
            Compression::Lz4 => Codec::LZ4_RAW,
            codec @ (Compression::Bzip2 | Compression::Deflate) => {
                let name = codec.name();
                return Err(Error::Options(format!("Parquet has no {name} compression")));
            }
        };
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_max_row_group_row_count(Some(options.row_group_rows.max(1)))
            .set_created_by(concat!("aquifer ", env!("CARGO_PKG_VERSION")).to_owned())
            // Names lists and maps as the format's specification does.
            .set_coerce_types(true)
            .build();
        let options_arrow =
            ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options_arrow)?;
        Ok(ParquetFile { writer, row_group_bytes: options.row_group_bytes.max(1) })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch)?;
        if self.writer.memory_size() >= self.row_group_bytes {
            self.writer.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        self.writer.finish()?;
        Ok(())
    }

    /// The writer counts what it wrote by itself, so its buffer may be emptied.
    pub(super) fn take_ready(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }

    pub(super) fn ready(&self) -> usize {
        self.writer.inner().len()
    }
}
