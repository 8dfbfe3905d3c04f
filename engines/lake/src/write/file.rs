//! One file being written: encoded in memory, sent in parts, there when it is published.

use std::sync::Arc;

use aquifer_formats::FileWriter;
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};

use super::TargetSpec;
use crate::error::{LakeError, Result};

/// Parts of an upload; the least a store accepts is five.
const PART_BYTES: usize = 8 << 20;

/// A file under construction.
pub(super) struct OpenFile {
    store: Arc<dyn ObjectStore>,
    path: Path,
    writer: FileWriter,
    /// Memory the writer may hold: what it was given since it last gave anything out.
    given: usize,
    upload: Option<Box<dyn MultipartUpload>>,
    /// Encoded and not yet sent.
    pending: Vec<u8>,
    sent: u64,
    rows: u64,
    /// Whether the last bytes have been taken from the writer.
    ended: bool,
}

impl OpenFile {
    /// Begins a file; its name gets the extension of its codec.
    pub(super) fn create(
        store: Arc<dyn ObjectStore>,
        name: &str,
        schema: SchemaRef,
        spec: &TargetSpec,
    ) -> Result<(Self, Path)> {
        // Text files say their codec; others know it inside.
        let extension = match spec.format.is_text() {
            true => spec.options.compression.extension(),
            false => "",
        };
        let path = Path::parse(format!("{name}{extension}")).map_err(|e| LakeError::Location {
            location: name.to_owned(),
            message: e.to_string(),
        })?;
        let writer = FileWriter::new(&spec.format, schema, spec.options.clone())?;
        let file = OpenFile {
            store,
            path: path.clone(),
            writer,
            given: 0,
            upload: None,
            pending: Vec::new(),
            sent: 0,
            rows: 0,
            ended: false,
        };
        Ok((file, path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes encoded so far.
    pub(super) fn written(&self) -> u64 {
        self.sent + self.pending.len() as u64
    }

    /// Bytes of memory held.
    pub(super) fn held(&self) -> usize {
        self.pending.len() + self.given
    }

    pub(super) async fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        self.rows += rows.num_rows() as u64;
        self.writer.write(rows)?;
        self.given += rows.get_array_memory_size();
        let ready = self.writer.take_ready();
        if !ready.is_empty() {
            self.given = 0;
            self.pending.extend_from_slice(&ready);
        }
        while self.pending.len() >= PART_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends the first part's worth of what is pending.
    async fn send(&mut self) -> Result<()> {
        let rest = self.pending.split_off(self.pending.len().min(PART_BYTES));
        let part = Bytes::from(std::mem::replace(&mut self.pending, rest));
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => self.upload.insert(self.store.put_multipart(&self.path).await?),
        };
        self.sent += part.len() as u64;
        upload.put_part(PutPayload::from_bytes(part)).await?;
        Ok(())
    }

    /// Ends the file and sends all of it, which frees its memory. It is not there yet.
    pub(super) async fn seal(&mut self) -> Result<()> {
        self.end()?;
        while !self.pending.is_empty() {
            self.send().await?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.ended, true) {
            let last = self.writer.finish()?;
            self.given = 0;
            self.pending.extend_from_slice(&last);
        }
        Ok(())
    }

    /// Makes the file be there, ended before or not. Where that fails it can be aborted still.
    pub(super) async fn publish(&mut self) -> Result<()> {
        self.end()?;
        if self.upload.is_none() {
            self.sent += self.pending.len() as u64;
            let whole = Bytes::from(std::mem::take(&mut self.pending));
            self.store.put(&self.path, PutPayload::from_bytes(whole)).await?;
            return Ok(());
        }
        self.seal().await?;
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        // Only now: an upload that did not complete is one to abort.
        self.upload = None;
        Ok(())
    }

    /// Gives the upload up.
    pub(super) async fn abort(mut self) {
        if let Some(mut upload) = self.upload.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an upload of a failed write was left behind");
        }
    }
}
