//! ORC files as a DataFusion file source: the end of a file first, then of each stripe what the
//! query's columns need. Stripes may be shared out among threads.

use std::fmt;
use std::sync::Arc;

use aquifer_formats::{HiveType, OrcColumns, OrcOptions, OrcRows, OrcStripe, OrcTail, OrcTailRead};
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
use futures::StreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::counted::CountedStore;
use crate::error::LakeError;
use crate::stats::ScanStats;
use crate::table::Column;

/// Enough of a file's end to hold most footers.
const TAIL_BYTES: u64 = 16 << 10;

/// Reads ORC files.
#[derive(Clone)]
pub(crate) struct OrcSource {
    table_schema: TableSchema,
    columns: Arc<Vec<(String, HiveType)>>,
    options: OrcOptions,
    stats: Arc<ScanStats>,
    projection: SplitProjection,
    batch_rows: usize,
    metrics: ExecutionPlanMetricsSet,
}

impl OrcSource {
    pub(crate) fn new(
        table_schema: TableSchema,
        columns: &[Column],
        options: OrcOptions,
        stats: Arc<ScanStats>,
    ) -> Self {
        let projection = SplitProjection::unprojected(&table_schema);
        let columns = columns.iter().map(|c| (c.name.clone(), c.hive_type.clone())).collect();
        OrcSource {
            table_schema,
            columns: Arc::new(columns),
            options,
            stats,
            projection,
            batch_rows: 8192,
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

impl FileSource for OrcSource {
    fn create_file_opener(
        &self,
        store: Arc<dyn ObjectStore>,
        _base_config: &FileScanConfig,
        _partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let opener = OrcOpener {
            counted: Arc::new(CountedStore::new(store.clone(), self.stats.clone())),
            store,
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
        Arc::new(OrcSource { batch_rows: batch_size, ..self.clone() })
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
        Ok(Some(Arc::new(OrcSource { projection, ..self.clone() })))
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "orc"
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

struct OrcOpener {
    counted: Arc<dyn ObjectStore>,
    /// Where a file's end is read that another piece has been counted for.
    store: Arc<dyn ObjectStore>,
    source: Arc<OrcSource>,
}

impl FileOpener for OrcOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let (start, end) = file.range();
        let tails = if start == 0 { self.counted.clone() } else { self.store.clone() };
        let store = self.counted.clone();
        let source = self.source.clone();
        Ok(Box::pin(async move {
            let path = file.object_meta.location.clone();
            let reading = Reading {
                tail: tail(&tails, &path, file.object_meta.size).await?,
                store,
                path,
                source,
                columns: None,
                rows: None,
                next: 0,
                range: (start, end),
            };
            let batches = futures::stream::try_unfold(reading, |mut reading| async move {
                Ok(reading.next().await?.map(|batch| (batch, reading)))
            });
            Ok(batches.boxed())
        }))
    }
}

/// What a file's end says.
async fn tail(store: &Arc<dyn ObjectStore>, path: &Path, size: u64) -> Result<OrcTail> {
    let mut length = TAIL_BYTES.min(size);
    loop {
        let bytes = store.get_range(path, size - length..size).await?;
        match OrcTail::read(&bytes, size).map_err(|error| bad_data(path, &error))? {
            OrcTailRead::Whole(tail) => return Ok(*tail),
            OrcTailRead::Needs(more) if more > length && more <= size => length = more,
            OrcTailRead::Needs(_) => {
                let message = "it ends too soon".to_owned();
                return Err(LakeError::BadData { file: path.to_string(), message }.into());
            }
        }
    }
}

fn bad_data(path: &Path, error: &aquifer_formats::Error) -> LakeError {
    LakeError::BadData { file: path.to_string(), message: error.to_string() }
}

/// A piece of a file being read: the stripes that begin in it.
struct Reading {
    tail: OrcTail,
    store: Arc<dyn ObjectStore>,
    path: Path,
    source: Arc<OrcSource>,
    columns: Option<OrcColumns>,
    rows: Option<OrcRows>,
    /// The stripe to be read next.
    next: usize,
    range: (u64, u64),
}

impl Reading {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(rows) = &mut self.rows {
                let batch = rows.next_batch().map_err(|error| bad_data(&self.path, &error))?;
                if batch.is_some() {
                    return Ok(batch);
                }
                self.rows = None;
            }
            let (start, end) = self.range;
            let inside = |at: u64| at >= start && at < end;
            match self.tail.stripe_offset(self.next) {
                None => return Ok(None),
                Some(offset) if inside(offset) => self.rows = Some(self.open(self.next).await?),
                Some(_) => {}
            }
            self.next += 1;
        }
    }

    async fn open(&mut self, stripe: usize) -> Result<OrcRows> {
        let bad = |error: aquifer_formats::Error| bad_data(&self.path, &error);
        let source = &self.source;
        if self.columns.is_none() {
            let wanted = &source.projection.file_indices;
            let columns = OrcColumns::new(&self.tail, &source.options, &source.columns, wanted);
            self.columns = Some(columns.map_err(bad)?);
        }
        let (Some(columns), Some(footer)) = (&self.columns, self.tail.stripe_footer(stripe)) else {
            return Err(LakeError::BadData {
                file: self.path.to_string(),
                message: "it has no such stripe".to_owned(),
            }
            .into());
        };
        let footer = self.store.get_range(&self.path, footer).await?;
        let found = OrcStripe::new(&self.tail, stripe, &footer, columns).map_err(bad)?;
        let ranges = found.ranges();
        let bytes: Vec<Bytes> = match ranges.is_empty() {
            true => Vec::new(),
            false => self.store.get_ranges(&self.path, &ranges).await?,
        };
        Ok(found.open(&self.tail, columns, bytes, source.batch_rows).map_err(bad)?)
    }
}
