//! Putting files together: read one after the other, written as they are read.

use std::io::{self, Write};

use aquifer_iceberg::TableMetadata;
use aquifer_iceberg::manifest::DataFile;
use aquifer_iceberg::rewrite::merged;
use aquifer_iceberg_data::{Shape, shape_of};
use futures::StreamExt;
use platform::{ByteStream, Bytes, Fail, Result};
use tokio::sync::mpsc;

use super::Work;

/// Files of one shape.
pub(super) struct Alike {
    shape: Shape,
    pub files: Vec<DataFile>,
}

/// Bytes that are sent on at once.
const PIECE: usize = 1 << 20;

/// Parts files by their shapes. Those whose columns the table cannot tell by their ids, and those that
/// are alone, are left as they are.
pub(super) async fn by_shape(work: &Work, files: Vec<DataFile>) -> Result<Vec<Alike>> {
    let mut all: Vec<Alike> = Vec::new();
    for file in files {
        let bytes = work.files.read(&file.file_path).await?;
        // What cannot be read is not made worse.
        let Ok(Some(shape)) = shape_of(&bytes) else { continue };
        match all.iter_mut().find(|alike| alike.shape == shape) {
            Some(alike) => alike.files.push(file),
            None => all.push(Alike { shape, files: vec![file] }),
        }
    }
    all.retain(|alike| alike.files.len() > 1);
    Ok(all)
}

/// Hands on what is written.
struct Pieces {
    held: Vec<u8>,
    written: i64,
    to: mpsc::Sender<io::Result<Bytes>>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.held));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        if piece.is_empty() { Ok(()) } else { self.to.blocking_send(Ok(piece)).map_err(gone) }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.written += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if self.held.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts files of one shape together; what the new one is.
pub(super) async fn merge(work: &Work, table: &TableMetadata, alike: Alike) -> Result<DataFile> {
    let Alike { shape, files } = alike;
    let ctx = &work.found.ctx;
    let path = format!("{}/data/{}-compacted.parquet", table.location, ctx.ids().uuid());
    let schema = table.current_schema().and_then(|schema| {
        serde_json::to_string(schema)
            .map_err(|error| aquifer_iceberg::Error::Invalid(error.to_string()))
    });
    let schema = schema.map_err(crate::create::refused)?;
    let (read, mut reading) = mpsc::channel::<Bytes>(1);
    let (write, writing) = mpsc::channel(4);
    let failing = write.clone();
    let paths: Vec<String> = files.iter().map(|file| file.file_path.clone()).collect();
    let merging = ctx.spawn_blocking("s3tables.merge", move || {
        let mut out = Pieces { held: Vec::new(), written: 0, to: write };
        let files = std::iter::from_fn(|| reading.blocking_recv());
        let merged = aquifer_iceberg_data::merge(&shape, files, schema, &mut out);
        let merged = merged.map_err(anyhow::Error::from).and_then(|merged| {
            out.send()?;
            Ok(merged)
        });
        match merged {
            Ok(merged) => Ok((merged, out.written)),
            Err(error) => {
                // What is half written must not be taken for a file.
                out.to.blocking_send(Err(io::Error::other("files cannot be merged"))).ok();
                Err(error)
            }
        }
    });
    let feeding = async move {
        for path in paths {
            match work.files.read(&path).await {
                Ok(bytes) => {
                    // Who merges may have failed, and says so.
                    if read.send(bytes).await.is_err() {
                        break;
                    }
                }
                Err(fail) => {
                    // A file that lacks rows must never come to be.
                    failing.send(Err(io::Error::other("a file cannot be read"))).await.ok();
                    drop(read);
                    return Err(fail);
                }
            }
        }
        drop((read, failing));
        Ok(())
    };
    let body = futures::stream::unfold(writing, |mut writing| async move {
        writing.recv().await.map(|piece| (piece, writing))
    });
    let putting = work.files.write_stream(&path, ByteStream::new(body.boxed(), None));
    let (fed, put, written) = futures::join!(feeding, putting, merging);
    fed?;
    let (written, size) = written.map_err(Fail::internal)?.map_err(Fail::internal)?;
    put?;
    let mut file = merged(&files, &table.schemas);
    if written.rows != file.record_count {
        work.files.delete_at(&path).await?;
        let what = "files have other rows than their manifests say";
        return Err(Fail::internal(anyhow::anyhow!(what)));
    }
    file.file_path = path;
    file.file_size_in_bytes = size;
    file.column_sizes = written.column_sizes;
    Ok(file)
}
