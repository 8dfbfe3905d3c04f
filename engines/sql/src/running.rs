//! A query on its way: its columns, its rows as they come, and what it has cost so far.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use aquifer_formats::HiveType;
use aquifer_lake::{ScanStats, ScanTotals};
use datafusion::arrow::array::{
    ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, new_null_array,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::{ExecutionPlan, RecordBatchStream, SendableRecordBatchStream};
use futures::{Stream, StreamExt, ready};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::error::SqlError;

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// As the query names it; `_colN` if it does not.
    pub name: String,
    /// Whether the query names it at all.
    pub is_named: bool,
    /// The dialect's type with parameters: `decimal(10,2)`.
    pub type_name: String,
    /// Without parameters: `decimal`.
    pub type_base: String,
    /// Digits or characters.
    pub precision: i32,
    /// Digits after the point.
    pub scale: i32,
    /// Whether it may hold NULL, as far as the planner knows.
    pub nullable: bool,
    /// The type a table made from the result declares, if any fits.
    pub hive_type: Option<HiveType>,
}

/// What a query has cost. Durations are wall time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueryTotals {
    /// What its scans read.
    pub scanned: ScanTotals,
    /// Parsing, resolving, planning and optimising.
    pub planning: Duration,
    /// From the first poll to the last row, so far.
    pub execution: Duration,
    /// Rows that left the readers, after pruning and pushed-down filters.
    pub input_rows: u64,
    /// Rows given out.
    pub output_rows: u64,
    /// Their size in memory, in bytes.
    pub output_bytes: u64,
}

/// Counters of one query, shared with whoever watches it.
#[derive(Debug)]
pub struct QueryStats {
    scan: Arc<ScanStats>,
    planning: AtomicU64,
    execution: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
    /// What runs, whose readers count their rows.
    plan: OnceLock<Arc<dyn ExecutionPlan>>,
}

impl QueryStats {
    pub(crate) fn new(scan: Arc<ScanStats>, planning: Duration) -> Arc<Self> {
        Arc::new(QueryStats {
            scan,
            planning: AtomicU64::new(planning.as_micros() as u64),
            execution: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            plan: OnceLock::new(),
        })
    }

    /// The counters now.
    pub fn totals(&self) -> QueryTotals {
        let micros = |v: &AtomicU64| Duration::from_micros(v.load(Ordering::Relaxed));
        QueryTotals {
            scanned: self.scan.totals(),
            planning: micros(&self.planning),
            execution: micros(&self.execution),
            input_rows: self.plan.get().map_or(0, read_rows),
            output_rows: self.rows.load(Ordering::Relaxed),
            output_bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn runs(&self, plan: &Arc<dyn ExecutionPlan>) {
        // The first run counts; EXPLAIN ANALYZE has only one as well.
        let _ = self.plan.set(plan.clone());
    }

    pub(crate) fn add_output(&self, batch: &RecordBatch) {
        self.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        self.bytes.fetch_add(batch.get_array_memory_size() as u64, Ordering::Relaxed);
    }

    pub(crate) fn executed(&self, since: Instant) {
        self.execution.store(since.elapsed().as_micros() as u64, Ordering::Relaxed);
    }
}

fn read_rows(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    if plan.is::<DataSourceExec>() {
        let rows = plan.metrics().and_then(|m| m.output_rows());
        return rows.unwrap_or(0) as u64;
    }
    plan.children().into_iter().map(read_rows).sum()
}

/// A started query. Dropping the stream stops it.
pub struct Running {
    /// Its columns, in order.
    pub columns: Vec<ResultColumn>,
    /// Its rows. Errors are to be read with [`crate::Session::explain_error`].
    pub stream: SendableRecordBatchStream,
    /// What it has cost so far.
    pub stats: Arc<QueryStats>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Where each column of a converted row comes from: an input column, or NULL.
pub(crate) type ColumnSources = Vec<Option<usize>>;

/// What rows are turned into.
pub(crate) struct Outputs {
    schema: SchemaRef,
    sources: ColumnSources,
    /// The characters a column's texts may have; empty if none is bounded.
    widths: Vec<Option<u32>>,
}

impl Outputs {
    pub(crate) fn new(schema: SchemaRef, sources: ColumnSources) -> Self {
        Outputs { schema, sources, widths: Vec::new() }
    }

    pub(crate) fn with_widths(self, widths: Vec<Option<u32>>) -> Self {
        Outputs { widths, ..self }
    }
}

/// Rows under another schema: renamed, reordered, cast; stopped by a token; counted.
pub(crate) struct OutputStream {
    input: SendableRecordBatchStream,
    outputs: Outputs,
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    stats: Arc<QueryStats>,
    started: Option<Instant>,
    done: bool,
}

impl OutputStream {
    pub(crate) fn new(
        input: SendableRecordBatchStream,
        outputs: Outputs,
        cancel: &CancellationToken,
        stats: Arc<QueryStats>,
    ) -> Self {
        let cancelled = Box::pin(cancel.clone().cancelled_owned());
        OutputStream { input, outputs, cancelled, stats, started: None, done: false }
    }

    fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        let Outputs { schema, sources, widths } = &self.outputs;
        let columns = sources.iter().zip(schema.fields()).enumerate();
        let columns = columns.map(|(i, (source, field))| {
            let Some(source) = source else {
                return Ok(new_null_array(field.data_type(), batch.num_rows()));
            };
            let column = batch.column(*source);
            let column = match column.data_type() == field.data_type() {
                true => column.clone(),
                false => cast_with_options(column, field.data_type(), &options)?,
            };
            match widths.get(i).copied().flatten() {
                Some(width) => fitted(&column, width),
                None => Ok(column),
            }
        });
        let columns = columns.collect::<Result<Vec<ArrayRef>>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &rows)?)
    }
}

impl Stream for OutputStream {
    type Item = Result<RecordBatch>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        let started = *this.started.get_or_insert_with(Instant::now);
        if this.cancelled.as_mut().poll(cx).is_ready() {
            this.done = true;
            this.stats.executed(started);
            return Poll::Ready(Some(Err(DataFusionError::from(SqlError::cancelled()))));
        }
        let next = ready!(this.input.poll_next_unpin(cx));
        this.stats.executed(started);
        Poll::Ready(match next {
            Some(Ok(batch)) => {
                this.stats.add_output(&batch);
                let converted = this.convert(&batch);
                this.done = converted.is_err();
                Some(converted)
            }
            Some(Err(error)) => {
                this.done = true;
                Some(Err(error))
            }
            None => {
                this.done = true;
                None
            }
        })
    }
}

impl RecordBatchStream for OutputStream {
    fn schema(&self) -> SchemaRef {
        self.outputs.schema.clone()
    }
}

/// Texts no longer than their column: spaces too many are cut off, anything else fails.
fn fitted(column: &ArrayRef, width: u32) -> Result<ArrayRef> {
    let data_type = column.data_type();
    let texts = cast_with_options(column, &DataType::Utf8, &CastOptions::default())?;
    let texts = texts.as_string::<i32>();
    let width = width as usize;
    // Bytes are never fewer than characters.
    if texts.iter().flatten().all(|text| text.len() <= width) {
        return Ok(column.clone());
    }
    let fitted = texts.iter().map(|text| {
        let Some(text) = text else { return Ok(None) };
        match text.char_indices().nth(width) {
            None => Ok(Some(text)),
            Some((end, _)) if text[end..].bytes().all(|b| b == b' ') => Ok(Some(&text[..end])),
            Some(_) => {
                let message = format!(
                    "Cannot truncate non-space characters when casting from varchar to \
                     varchar({width}) on INSERT"
                );
                Err(DataFusionError::from(SqlError::user("INVALID_CAST_ARGUMENT", message)))
            }
        }
    });
    let fitted = fitted.collect::<Result<StringArray>>()?;
    Ok(cast_with_options(&fitted, data_type, &CastOptions::default())?)
}
