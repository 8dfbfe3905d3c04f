//! Rows into data files, and places of deleted rows into files of deletes.
//!
//! What is written belongs to no table before somebody commits it: who does not must
//! [`discard`] it.

mod deletes;
mod file;
mod metrics;
mod rows;

use aquifer_iceberg::manifest::DataFile;
use datafusion::error::Result;
use datafusion::parquet::basic::{Compression, GzipLevel, ZstdLevel};
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::TryStreamExt;

pub use deletes::{DeletedRows, write_deletes};
pub use rows::RowWriter;

use crate::io::Io;

/// How files are written.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// The folder of data, without a slash at its end.
    pub folder: String,
    /// What files' names begin with; different for every statement.
    pub prefix: String,
    /// `zstd`, `snappy`, `gzip` or `none`.
    pub codec: String,
    /// Bytes after which the next file is begun.
    pub file_bytes: u64,
    /// More files open at once than this are refused.
    pub open_max: usize,
}

impl WriteOptions {
    fn compression(&self) -> Compression {
        match self.codec.to_ascii_lowercase().as_str() {
            "none" | "uncompressed" => Compression::UNCOMPRESSED,
            "snappy" => Compression::SNAPPY,
            "gzip" => Compression::GZIP(GzipLevel::default()),
            _ => Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()),
        }
    }
}

/// A file that was written, with the spec it is of.
pub(crate) type Written = (i32, DataFile);

/// Writes all rows of a stream. On failure nothing is left.
///
/// # Errors
/// What the rows, or the store, fail with.
pub async fn write_rows(
    mut rows: SendableRecordBatchStream,
    mut writer: RowWriter,
) -> Result<Vec<Written>> {
    let outcome = async {
        while let Some(batch) = rows.try_next().await? {
            writer.write(&batch).await?;
        }
        writer.finish().await
    };
    match outcome.await {
        Ok(files) => Ok(files),
        Err(error) => {
            writer.abort().await;
            Err(error)
        }
    }
}

/// Deletes files that were written and will not be committed; whether all are gone.
pub async fn discard(io: &Io, files: &[Written]) -> bool {
    let paths: Vec<String> = files.iter().map(|(_, file)| file.file_path.clone()).collect();
    io.delete(&paths).await
}
