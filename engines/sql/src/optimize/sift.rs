//! Rows that a join above will not want, left out before they are exchanged or grouped.
//!
//! A join tells what reads its other side which keys its table holds. The scans of files use that to
//! skip groups of rows; here single rows are left out, where what comes between the scan and the join
//! costs more than looking a key up. Where most rows have such keys, the looking ends.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::BatchCoalescer;
use datafusion::common::cast::as_boolean_array;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::physical_plan::{FileScanConfig, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions, apply_expression_roots,
};
use futures::{Stream, StreamExt};

use super::graph::{numbered, replaced};

/// Rows looked at before it is decided whether it is worth while.
const TRIED_ROWS: usize = 100_000;
/// The share of rows left beyond which it is not.
const WORTH: f64 = 0.6;

/// Puts [`SiftExec`] where it pays. After the joins' filters have reached the scans.
#[derive(Debug, Default)]
pub(crate) struct Sift;

impl PhysicalOptimizerRule for Sift {
    fn name(&self) -> &str {
        "Sift"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        sifted(plan, false)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// `costs`: what is above does something with each row.
fn sifted(plan: Arc<dyn ExecutionPlan>, costs: bool) -> Result<Arc<dyn ExecutionPlan>> {
    if costs && let Some(filters) = filters_of(&plan)? {
        return Ok(Arc::new(SiftExec { input: plan, filters }));
    }
    let costs = plan.downcast_ref::<RepartitionExec>().is_some()
        || plan.downcast_ref::<AggregateExec>().is_some();
    let children = plan.children();
    if children.is_empty() {
        return Ok(plan);
    }
    let children: Vec<Arc<dyn ExecutionPlan>> =
        children.into_iter().map(|child| sifted(child.clone(), costs)).collect::<Result<_>>()?;
    let same = plan.children().iter().zip(&children).all(|(old, new)| Arc::ptr_eq(old, new));
    if same { Ok(plan) } else { replaced(&plan, children) }
}

/// What joins told a scan, over the columns that the plan gives out: of the scan, or of a filter of
/// it.
fn filters_of(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Vec<Arc<dyn PhysicalExpr>>>> {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let Some(filters) = filters_of(filter.input())? else { return Ok(None) };
        let Some(places) = filter.projection() else { return Ok(Some(filters)) };
        return placed(filters.iter(), |at| places.iter().position(|place| *place == at));
    }
    let Some(source) = plan.downcast_ref::<DataSourceExec>() else { return Ok(None) };
    let Some(scan) = source.data_source().downcast_ref::<FileScanConfig>() else {
        return Ok(None);
    };
    let Some(parquet) = scan.file_source().downcast_ref::<ParquetSource>() else {
        return Ok(None);
    };
    if parquet.table_parquet_options().global.pushdown_filters {
        return Ok(None);
    }
    let Some(predicate) = scan.file_source().filter() else { return Ok(None) };
    let dynamic: Vec<_> = split_conjunction(&predicate)
        .into_iter()
        .filter(|e| e.downcast_ref::<DynamicFilterPhysicalExpr>().is_some())
        .collect();
    let projection = scan.file_source().projection().cloned();
    placed(dynamic.into_iter(), |at| match &projection {
        None => Some(at),
        Some(projection) => projection.as_ref().iter().position(|given| {
            given.expr.downcast_ref::<Column>().is_some_and(|column| column.index() == at)
        }),
    })
}

/// Those of the filters whose columns all have a place. None where there is none.
fn placed<'a>(
    filters: impl Iterator<Item = &'a Arc<dyn PhysicalExpr>>,
    place: impl Fn(usize) -> Option<usize>,
) -> Result<Option<Vec<Arc<dyn PhysicalExpr>>>> {
    let mut all = Vec::new();
    for filter in filters {
        let columns = collect_columns(filter);
        if !columns.is_empty() && columns.iter().all(|column| place(column.index()).is_some()) {
            all.push(numbered(filter, |at| place(at).unwrap_or(at))?);
        }
    }
    Ok(Some(all).filter(|all| !all.is_empty()))
}

/// Leaves rows out for which joins above have no partner.
#[derive(Debug)]
struct SiftExec {
    input: Arc<dyn ExecutionPlan>,
    filters: Vec<Arc<dyn PhysicalExpr>>,
}

impl DisplayAs for SiftExec {
    fn fmt_as(&self, _t: DisplayFormatType, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiftExec: filters=[")?;
        for (at, filter) in self.filters.iter().enumerate() {
            write!(f, "{}{filter}", if at > 0 { ", " } else { "" })?;
        }
        write!(f, "]")
    }
}

impl ExecutionPlan for SiftExec {
    fn name(&self) -> &str {
        "SiftExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(&self.filters, f)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| self.input.clone());
        Ok(Arc::new(SiftExec { input, filters: self.filters.clone() }))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        self.replace_children(children, options)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = context.session_config().batch_size();
        let input = self.input.execute(partition, context)?;
        let ready = BatchCoalescer::new(input.schema(), rows)
            .with_biggest_coalesce_batch_size(Some(rows / 2));
        let tried =
            self.filters.iter().map(|filter| Tried { filter: filter.clone(), rows: 0, kept: 0 });
        let (filters, done) = (tried.collect(), false);
        Ok(Box::pin(Sifted { input, ready, filters, done }))
    }
}

/// A filter and what it was found to do.
struct Tried {
    filter: Arc<dyn PhysicalExpr>,
    rows: usize,
    kept: usize,
}

impl Tried {
    fn is_worth_while(&self) -> bool {
        self.rows < TRIED_ROWS || (self.kept as f64) < WORTH * self.rows as f64
    }
}

struct Sifted {
    input: SendableRecordBatchStream,
    ready: BatchCoalescer,
    filters: Vec<Tried>,
    done: bool,
}

impl Sifted {
    /// Puts the wanted rows of a batch among those that are ready.
    fn sift(&mut self, mut batch: RecordBatch) -> Result<()> {
        let mut last = None;
        for tried in self.filters.iter_mut().filter(|tried| tried.is_worth_while()) {
            if let Some(mask) = last.take() {
                batch = datafusion::arrow::compute::filter_record_batch(&batch, &mask)?;
            }
            match tried.filter.evaluate(&batch)? {
                // Nothing is known yet.
                ColumnarValue::Scalar(ScalarValue::Boolean(Some(true))) => {}
                value => {
                    let mask = value.into_array(batch.num_rows())?;
                    let mask = as_boolean_array(&mask)?.clone();
                    tried.rows += batch.num_rows();
                    tried.kept += mask.true_count();
                    last = Some(mask);
                }
            }
        }
        match last {
            Some(mask) => self.ready.push_batch_with_filter(batch, &mask)?,
            None => self.ready.push_batch(batch)?,
        }
        Ok(())
    }
}

impl Stream for Sifted {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(batch) = self.ready.next_completed_batch() {
                return Poll::Ready(Some(Ok(batch)));
            }
            if self.done {
                return Poll::Ready(None);
            }
            let moved = match ready!(self.input.poll_next_unpin(cx)) {
                Some(Ok(batch)) => self.sift(batch),
                Some(Err(error)) => Err(error),
                None => {
                    self.done = true;
                    self.ready.finish_buffered_batch().map_err(Into::into)
                }
            };
            if let Err(error) = moved {
                self.done = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl RecordBatchStream for Sifted {
    fn schema(&self) -> datafusion::arrow::datatypes::SchemaRef {
        self.input.schema()
    }
}
