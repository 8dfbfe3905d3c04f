//! One Parquet file being written: encoded in memory, sent in parts, there when it is finished.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_iceberg::manifest::DataFile;
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::ArrowWriterOptions;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::{KeyValue, ParquetMetaData};
use datafusion::parquet::file::properties::WriterProperties;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};

use crate::io::Io;

/// Parts of an upload.
const PART_BYTES: usize = 8 << 20;
/// A group of rows is closed when it takes so much memory.
const GROUP_BYTES: usize = 64 << 20;

/// A file under construction.
pub(super) struct OpenFile {
    url: String,
    store: Arc<dyn ObjectStore>,
    path: Path,
    writer: ArrowWriter<Vec<u8>>,
    upload: Option<Box<dyn MultipartUpload>>,
    pending: Vec<u8>,
    sent: u64,
    rows: i64,
}

impl OpenFile {
    pub(super) fn create(
        io: &Io,
        url: String,
        schema: SchemaRef,
        codec: Compression,
        notes: Vec<KeyValue>,
    ) -> Result<Self> {
        let (store, path) = io.place(&url)?;
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_created_by(concat!("aquifer ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata((!notes.is_empty()).then_some(notes))
            .build();
        let options =
            ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options)?;
        let pending = Vec::new();
        Ok(Self { url, store, path, writer, upload: None, pending, sent: 0, rows: 0 })
    }

    /// Bytes encoded so far, those of the group under way as they are now.
    pub(super) fn size(&self) -> u64 {
        self.sent + (self.pending.len() + self.writer.in_progress_size()) as u64
    }

    /// Bytes of memory held.
    pub(super) fn held(&self) -> usize {
        self.pending.len() + self.writer.memory_size()
    }

    pub(super) async fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        self.rows += i64::try_from(rows.num_rows()).unwrap_or(0);
        self.writer.write(rows)?;
        if self.writer.memory_size() >= GROUP_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Closes the group of rows under way, which frees its memory.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.writer.flush()?;
        self.pending.append(self.writer.inner_mut());
        while self.pending.len() >= PART_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<()> {
        let rest = self.pending.split_off(self.pending.len().min(PART_BYTES));
        let part = Bytes::from(std::mem::replace(&mut self.pending, rest));
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => self.upload.insert(self.store.put_multipart(&self.path).await.map_err(store)?),
        };
        self.sent += part.len() as u64;
        upload.put_part(PutPayload::from_bytes(part)).await.map_err(store)
    }

    /// Makes the file be there. Where that fails it can be aborted still.
    pub(super) async fn finish(&mut self) -> Result<DataFile> {
        let metadata = self.writer.finish()?;
        self.pending.append(self.writer.inner_mut());
        let size = self.sent + self.pending.len() as u64;
        if self.upload.is_none() {
            let whole = Bytes::from(std::mem::take(&mut self.pending));
            self.store.put(&self.path, PutPayload::from_bytes(whole)).await.map_err(store)?;
        } else {
            while !self.pending.is_empty() {
                self.send().await?;
            }
            if let Some(upload) = &mut self.upload {
                upload.complete().await.map_err(store)?;
            }
            self.upload = None;
        }
        Ok(DataFile {
            file_path: self.url.clone(),
            file_format: "PARQUET".to_owned(),
            record_count: self.rows,
            file_size_in_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            column_sizes: column_sizes(&metadata),
            split_offsets: Some(offsets(&metadata)),
            ..DataFile::default()
        })
    }

    /// Takes back what there is of it.
    pub(super) async fn abort(&mut self) {
        if let Some(mut upload) = self.upload.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an upload of a failed write was left behind");
        }
        match self.store.delete(&self.path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, "a file of a failed write was left behind"),
        }
    }
}

fn store(error: object_store::Error) -> DataFusionError {
    DataFusionError::ObjectStore(Box::new(error))
}

fn column_sizes(metadata: &ParquetMetaData) -> BTreeMap<i32, i64> {
    let mut sizes = BTreeMap::new();
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let info = column.column_descr().self_type().get_basic_info();
        if info.has_id() {
            *sizes.entry(info.id()).or_default() += column.compressed_size();
        }
    }
    sizes
}

/// Where groups of rows begin.
fn offsets(metadata: &ParquetMetaData) -> Vec<i64> {
    let first = metadata.row_groups().iter().filter_map(|group| group.columns().first());
    first
        .map(|column| column.dictionary_page_offset().unwrap_or(column.data_page_offset()))
        .collect()
}
