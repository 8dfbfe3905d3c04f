//! Files read from one end to the other (text, Avro) as a DataFusion file source: bytes stream from the store through a
//! decoder; plain files without quoting may be read in pieces by several threads.

use std::fmt;
use std::sync::Arc;

use aquifer_formats::{AvroDecoder, Compression, CsvStyle, Format, HiveType, TextDecoder};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    FileOpenFuture, FileOpener, FileScanConfig, FileSource,
};
use datafusion::datasource::projection::{ProjectionOpener, SplitProjection};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_plan::DisplayFormatType;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};

use crate::counted::CountedStore;
use crate::error::LakeError;
use crate::stats::ScanStats;
use crate::table::Column;

/// Enough of a file to know its codec by.
const HEAD_BYTES: u64 = 16;
/// Bytes asked for beyond a piece at once: most rows end within them.
const ROW_END_BYTES: u64 = 4 << 10;
/// Bytes asked for at a time when the last row goes on beyond those.
const LONG_ROW_BYTES: u64 = 64 << 10;

/// Reads text files of one format.
#[derive(Clone)]
pub(crate) struct TextSource {
    table_schema: TableSchema,
    columns: Arc<Vec<(String, HiveType)>>,
    format: Arc<Format>,
    compression: Option<Compression>,
    splits: bool,
    stats: Arc<ScanStats>,
    projection: SplitProjection,
    batch_rows: usize,
    metrics: ExecutionPlanMetricsSet,
}

impl TextSource {
    /// `plain` says that no file is compressed, as far as names tell.
    pub(crate) fn new(
        table_schema: TableSchema,
        columns: &[Column],
        format: Format,
        compression: Option<Compression>,
        plain: bool,
        stats: Arc<ScanStats>,
    ) -> Self {
        let projection = SplitProjection::unprojected(&table_schema);
        let splits = plain && ends_rows_at_line_breaks(&format);
        let columns = columns.iter().map(|c| (c.name.clone(), c.hive_type.clone())).collect();
        TextSource {
            table_schema,
            columns: Arc::new(columns),
            format: Arc::new(format),
            compression,
            splits,
            stats,
            projection,
            batch_rows: 8192,
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

/// Whether every line break ends a row, so that a file can be entered anywhere.
fn ends_rows_at_line_breaks(format: &Format) -> bool {
    match format {
        Format::Csv(csv) => {
            csv.style == CsvStyle::LazySimple && csv.quote.is_none() && csv.escape.is_none()
        }
        Format::Json(json) => json.records.is_none(),
        Format::Pattern(_) => true,
        Format::Avro(_) | Format::Orc(_) | Format::Parquet => false,
    }
}

impl FileSource for TextSource {
    fn create_file_opener(
        &self,
        store: Arc<dyn ObjectStore>,
        _base_config: &FileScanConfig,
        _partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let opener = TextOpener {
            store: Arc::new(CountedStore::new(store.clone(), self.stats.clone())),
            heads: store,
            source: Arc::new(self.clone()),
        };
        ProjectionOpener::try_new(
            self.projection.clone(),
            Arc::new(opener),
            self.table_schema.file_schema(),
        )
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table_schema
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        Arc::new(TextSource { batch_rows: batch_size, ..self.clone() })
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        Some(&self.projection.source)
    }

    fn try_pushdown_projection(
        &self,
        projection: &ProjectionExprs,
    ) -> Result<Option<Arc<dyn FileSource>>> {
        let merged = self.projection.source.try_merge(projection)?;
        let projection = SplitProjection::new(self.table_schema.file_schema(), &merged);
        Ok(Some(Arc::new(TextSource { projection, ..self.clone() })))
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        self.format.name()
    }

    fn supports_repartitioning(&self) -> bool {
        self.splits
    }

    fn fmt_extra(&self, _t: DisplayFormatType, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for projected in self.projection.source.iter() {
            if f(&projected.expr)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }
}

struct TextOpener {
    store: Arc<CountedStore>,
    /// Where a look at a file's head is not counted: its first piece reads the same bytes.
    heads: Arc<dyn ObjectStore>,
    source: Arc<TextSource>,
}

/// Whether a file is compressed though its name does not say so.
async fn compressed(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<bool> {
    let range = Some(GetRange::Bounded(0..HEAD_BYTES));
    let options = GetOptions { range, ..GetOptions::default() };
    let head = store.get_opts(path, options).await?.bytes().await?;
    let compression = Compression::detect(&head, path.as_ref()).map_err(LakeError::from)?;
    Ok(compression != Compression::None)
}

impl FileOpener for TextOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let store: Arc<dyn ObjectStore> = self.store.clone();
        let heads = self.heads.clone();
        let source = self.source.clone();
        Ok(Box::pin(async move {
            let path = file.object_meta.location.clone();
            let (start, end) = file.range();
            let size = file.object_meta.size;
            // One byte before the piece tells whether a row starts with it.
            let from = start.saturating_sub(1);
            let mut piece = Piece::new(start, end, size);
            if start > 0 && source.compression.is_none() && compressed(&heads, &path).await? {
                // Whoever has the first piece reads it all.
                return Ok(futures::stream::empty().boxed());
            }
            let mut rest = Rest { store, path: path.clone(), at: from, size };
            // A piece reads on to the end of its last row and, to be charged for little more than
            // itself, not far beyond.
            let to = if piece.last { size } else { end.saturating_add(ROW_END_BYTES) };
            let mut bytes = rest.read(to).await?;
            let first = bytes.try_next().await?.unwrap_or_default();
            let compression = match source.compression {
                // Avro's codec is said inside.
                _ if !source.format.is_text() => Compression::None,
                Some(compression) => compression,
                None if start > 0 => Compression::None,
                None => Compression::detect(&first, path.as_ref()).map_err(LakeError::from)?,
            };
            if compression != Compression::None {
                piece = Piece::new(0, size, size);
            }
            let mut format = source.format.as_ref().clone();
            if start > 0 {
                // Only the first piece has the header.
                match &mut format {
                    Format::Csv(csv) => csv.skip_header_lines = 0,
                    Format::Pattern(pattern) => pattern.skip_header_lines = 0,
                    _ => {}
                }
            }
            let decoder = Decoder::new(&source, &format, compression).map_err(LakeError::from)?;
            let reading = Reading {
                first: Some(first),
                bytes,
                rest,
                piece,
                decoder,
                name: path.to_string(),
                done: false,
            };
            Ok(reading.into_stream())
        }))
    }
}

/// What of a file has not been asked for.
struct Rest {
    store: Arc<dyn ObjectStore>,
    path: Path,
    at: u64,
    size: u64,
}

impl Rest {
    fn is_empty(&self) -> bool {
        self.at >= self.size
    }

    /// The bytes up to `to`, or to the file's end.
    async fn read(&mut self, to: u64) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let to = to.min(self.size);
        let whole = self.at == 0 && to == self.size;
        let range = (!whole).then_some(GetRange::Bounded(self.at..to));
        let options = GetOptions { range, ..GetOptions::default() };
        let bytes = self.store.get_opts(&self.path, options).await?.into_stream().boxed();
        self.at = to;
        Ok(bytes)
    }
}

/// Which rows of a file belong to a piece of it: those that start inside.
#[derive(Debug)]
struct Piece {
    /// Where the next byte stands in the file.
    at: u64,
    end: u64,
    /// Still before the first row that starts inside.
    entering: bool,
    /// The piece goes to the end of the file.
    last: bool,
    done: bool,
}

impl Piece {
    fn new(start: u64, end: u64, size: u64) -> Self {
        Piece {
            at: start.saturating_sub(1),
            end,
            entering: start > 0,
            last: end >= size,
            done: false,
        }
    }

    /// The part of the next bytes that belongs to the piece.
    fn take(&mut self, mut bytes: Bytes) -> Bytes {
        let mut from = self.at;
        self.at += bytes.len() as u64;
        if self.entering {
            let Some(line_end) = memchr_line(&bytes) else { return Bytes::new() };
            bytes = bytes.slice(line_end + 1..);
            from += line_end as u64 + 1;
            self.entering = false;
            if from >= self.end && !self.last {
                self.done = true;
                return Bytes::new();
            }
        }
        if self.last || from + (bytes.len() as u64) < self.end {
            return bytes;
        }
        // The row that holds the piece's last byte is its last row.
        let inside = (self.end - 1).saturating_sub(from) as usize;
        match memchr_line(&bytes[inside.min(bytes.len())..]) {
            Some(line_end) => {
                self.done = true;
                bytes.slice(..inside + line_end + 1)
            }
            None => bytes,
        }
    }
}

fn memchr_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

/// What makes batches of bytes.
enum Decoder {
    Text(Box<TextDecoder>),
    Avro(Box<AvroDecoder>),
}

impl Decoder {
    fn new(
        source: &TextSource,
        format: &Format,
        compression: Compression,
    ) -> aquifer_formats::Result<Self> {
        let (table, wanted) = (&source.columns, &source.projection.file_indices);
        Ok(match format {
            Format::Avro(options) => Decoder::Avro(Box::new(AvroDecoder::new(
                options,
                table,
                wanted,
                source.batch_rows,
            )?)),
            text => Decoder::Text(Box::new(TextDecoder::new(
                text,
                compression,
                table,
                wanted,
                source.batch_rows,
            )?)),
        })
    }

    fn feed(&mut self, bytes: Bytes) {
        match self {
            Decoder::Text(text) => text.feed(bytes),
            Decoder::Avro(avro) => avro.feed(bytes),
        }
    }

    fn end(&mut self) {
        match self {
            Decoder::Text(text) => text.end(),
            Decoder::Avro(avro) => avro.end(),
        }
    }

    fn next_batch(&mut self) -> aquifer_formats::Result<Option<RecordBatch>> {
        match self {
            Decoder::Text(text) => text.next_batch(),
            Decoder::Avro(avro) => avro.next_batch(),
        }
    }
}

struct Reading {
    first: Option<Bytes>,
    bytes: BoxStream<'static, object_store::Result<Bytes>>,
    rest: Rest,
    piece: Piece,
    decoder: Decoder,
    name: String,
    done: bool,
}

impl Reading {
    fn into_stream(self) -> BoxStream<'static, Result<RecordBatch>> {
        futures::stream::try_unfold(self, |mut reading| async move {
            Ok(reading.next().await?.map(|batch| (batch, reading)))
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let batch = self.decoder.next_batch().map_err(|e| self.bad_data(&e))?;
            if batch.is_some() || self.done {
                return Ok(batch);
            }
            let bytes = match self.first.take() {
                Some(first) => Some(first),
                None if self.piece.done => None,
                None => self.more().await?,
            };
            match bytes {
                Some(bytes) => self.decoder.feed(self.piece.take(bytes)),
                None => {
                    self.done = true;
                    self.decoder.end();
                }
            }
        }
    }

    /// The next bytes; those beyond the piece only as far as its last row goes on.
    async fn more(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(bytes) = self.bytes.try_next().await? {
                return Ok(Some(bytes));
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            // A compressed file, found to be so by its first piece, is read to its end.
            let to = match self.piece.last {
                true => self.rest.size,
                false => self.rest.at.saturating_add(LONG_ROW_BYTES),
            };
            self.bytes = self.rest.read(to).await?;
        }
    }

    fn bad_data(&self, error: &aquifer_formats::Error) -> LakeError {
        LakeError::BadData { file: self.name.clone(), message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row is in exactly one piece, whatever the pieces and the chunks.
    #[test]
    fn pieces_share_rows_out() {
        let text = b"alpha\nbe\n\ngamma delta\nx\nlast";
        let size = text.len() as u64;
        for cut in 1..size {
            for chunk in 1..text.len() {
                let mut rows = Vec::new();
                for (start, end) in [(0, cut), (cut, size)] {
                    let mut piece = Piece::new(start, end, size);
                    let from = start.saturating_sub(1) as usize;
                    for bytes in text[from..].chunks(chunk) {
                        if piece.done {
                            break;
                        }
                        rows.extend_from_slice(&piece.take(Bytes::copy_from_slice(bytes)));
                    }
                }
                assert_eq!(
                    String::from_utf8_lossy(&rows),
                    String::from_utf8_lossy(text),
                    "cut at {cut}, chunks of {chunk}"
                );
            }
        }
    }
}
