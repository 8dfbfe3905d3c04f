//! The rows of a snapshot as a DataFusion table provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aquifer_iceberg::change::Known;
use aquifer_iceberg::manifest::{DataFile, read_single_value};
use aquifer_iceberg::{Schema, Snapshot, TableMetadata, Type};
use aquifer_lake::{FooterCache, Location, PATH_COLUMN, ParquetReaders, ScanStats};
use aquifer_sql::{ROW_FILE, ROW_POSITION, Wanted};
use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};
use datafusion::datasource::TableProvider;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::ParquetRowSelection;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::parquet::arrow::RowNumber;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::union::UnionExec;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectMeta;

use crate::adapt::ById;
use crate::deletes::{Deletes, kept, parquet_only};
use crate::error::invalid_metadata;
use crate::files::{Task, manifests, read_known, tasks};
use crate::io::Io;
use crate::prune::Pruner;
use crate::scalar::scalar;
use crate::types::column_fields;

/// Files whose deletes are read at once.
const DELETES_AT_ONCE: usize = 8;

/// A snapshot to be scanned by one query.
#[derive(Debug)]
pub(crate) struct IcebergProvider {
    table: Arc<TableMetadata>,
    snapshot: Option<Snapshot>,
    columns: Arc<Schema>,
    io: Io,
    stats: Arc<ScanStats>,
    footers: Arc<FooterCache>,
    /// The columns of files.
    file_schema: SchemaRef,
    /// Columns that hold a row's file.
    path_columns: Vec<Field>,
    with_rows: bool,
    /// The files whose rows are read, where not all are.
    only: Option<Arc<BTreeSet<String>>>,
    schema: SchemaRef,
}

impl IcebergProvider {
    pub(crate) fn new(
        table: Arc<TableMetadata>,
        snapshot: Option<Snapshot>,
        columns: Arc<Schema>,
        io: Io,
        wanted: &Wanted,
    ) -> Self {
        let fields = column_fields(&columns);
        let path = |name: &str| Field::new(name, DataType::Utf8, false);
        let mut path_columns = Vec::new();
        if wanted.with_path {
            path_columns.push(path(PATH_COLUMN));
        }
        if wanted.with_rows {
            path_columns.push(path(ROW_FILE));
        }
        let mut all: Vec<Field> = fields.iter().chain(&path_columns).cloned().collect();
        if wanted.with_rows {
            all.push(Field::new(ROW_POSITION, DataType::Int64, false));
        }
        Self {
            table,
            snapshot,
            columns,
            io,
            stats: wanted.scan.clone(),
            footers: wanted.footers.clone(),
            file_schema: Arc::new(ArrowSchema::new(fields)),
            path_columns,
            with_rows: wanted.with_rows,
            only: None,
            schema: Arc::new(ArrowSchema::new(all)),
        }
    }

    pub(crate) fn only(self, only: Option<Arc<BTreeSet<String>>>) -> Self {
        Self { only, ..self }
    }

    /// The files that filters leave.
    async fn tasks(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<Task>> {
        let pruner = Pruner::new(state, &self.table, &self.columns, &self.file_schema, filters)?;
        let listed = manifests(&self.io, self.snapshot.as_ref()).await?;
        let wanted = pruner.manifests(&listed)?;
        // Deletes are of rows, whose columns their own bounds say nothing of.
        let known: Vec<Known> = read_known(&self.io, &self.table, listed, |at, file| {
            file.deletes || wanted.get(at).copied().unwrap_or(true)
        })
        .await?;
        let mut all = tasks(&self.table, &known)?;
        if let Some(only) = &self.only {
            all.retain(|task| only.contains(&task.file.file_path));
        }
        let files: Vec<(i32, &DataFile)> =
            all.iter().map(|task| (task.spec_id, task.file.as_ref())).collect();
        let wanted = pruner.files(&files)?;
        Ok(all.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(one, _)| one).collect())
    }

    /// The files as the reader takes them, by the store they are in.
    async fn files(
        &self,
        tasks: &[Task],
    ) -> Result<BTreeMap<String, (ObjectStoreUrl, Vec<PartitionedFile>)>> {
        let deletes = Deletes::new(self.io.clone(), self.columns.clone(), self.stats.clone());
        let deletes = &deletes;
        let one = |task: Task| async move {
            parquet_only(&task.file)?;
            let gone = deletes.of(&task).await?;
            Ok::<_, datafusion::error::DataFusionError>((task, gone))
        };
        let read: Vec<_> = tasks.iter().cloned().map(one).collect();
        let read: Vec<(Task, Vec<u64>)> =
            futures::stream::iter(read).buffered(DELETES_AT_ONCE).try_collect().await?;
        let mut stores: BTreeMap<String, (ObjectStoreUrl, Vec<PartitionedFile>)> = BTreeMap::new();
        for (task, gone) in read {
            let path = &task.file.file_path;
            let place =
                Location::parse(path).map_err(|error| invalid_metadata(error.to_string()))?;
            let meta = ObjectMeta {
                location: place.prefix,
                last_modified: Default::default(),
                size: u64::try_from(task.file.file_size_in_bytes).unwrap_or(0),
                e_tag: None,
                version: None,
            };
            let own = || ScalarValue::Utf8(Some(path.clone()));
            let values = self.path_columns.iter().map(|_| own()).collect();
            let mut file = PartitionedFile::new_from_meta(meta).with_partition_values(values);
            if !gone.is_empty() {
                let rows = u64::try_from(task.file.record_count).unwrap_or(0);
                file = file.with_extension(ParquetRowSelection::new(kept(rows, &gone)));
            }
            let key = place.store.as_str().to_owned();
            stores.entry(key).or_insert_with(|| (place.store, Vec::new())).1.push(file);
        }
        Ok(stores)
    }

    fn exec(
        &self,
        state: &dyn Session,
        (store_url, files): (ObjectStoreUrl, Vec<PartitionedFile>),
        statistics: Statistics,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.stats.add_files(files.len() as u64);
        let store = state.runtime_env().object_store(&store_url)?;
        let outer = self.path_columns.iter().map(|field| Arc::new(field.clone()));
        let mut schema = TableSchema::builder(self.file_schema.clone())
            .with_table_partition_cols(outer.collect::<Vec<_>>());
        if self.with_rows {
            let place = Field::new(ROW_POSITION, DataType::Int64, false);
            schema = schema.with_virtual_columns(vec![place.with_extension_type(RowNumber)]);
        }
        let mut options = TableParquetOptions::new();
        options.global = state.config_options().execution.parquet.clone();
        options.global.coerce_int96 = Some("us".to_owned());
        let readers = ParquetReaders::new(
            store_url.as_str().to_owned(),
            store,
            self.footers.clone(),
            self.stats.clone(),
        );
        let source = ParquetSource::new(schema.build())
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(readers));
        let target = state.config().target_partitions().max(1);
        let groups = FileGroup::new(files).split_files(target);
        let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit)
            .with_expr_adapter(Some(Arc::new(ById(self.columns.clone()))))
            .with_projection_indices(projection.cloned())?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// What manifests tell of the rows, by which joins are ordered. Never exact: deletes may be of
    /// any of them.
    fn statistics(&self, tasks: &[Task]) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema);
        let sum = |of: &dyn Fn(&DataFile) -> i64| {
            let sum: i64 = tasks.iter().map(|task| of(&task.file)).sum();
            Precision::Inexact(usize::try_from(sum).unwrap_or(0))
        };
        statistics.num_rows = sum(&|file| file.record_count);
        statistics.total_byte_size = sum(&|file| file.file_size_in_bytes);
        let columns = self.columns.columns.fields.iter().zip(&mut statistics.column_statistics);
        for (field, known) in columns {
            let Type::Primitive(of) = field.field_type else { continue };
            let bound = |greatest: bool| {
                let mut best: Option<ScalarValue> = None;
                for task in tasks {
                    let file = &task.file;
                    let bounds = if greatest { &file.upper_bounds } else { &file.lower_bounds };
                    let own = read_single_value(of, bounds.get(&field.id)?)?;
                    let own = scalar(of, &own);
                    let better = match &best {
                        None => true,
                        Some(best) => {
                            let order = own.partial_cmp(best)?;
                            if greatest { order.is_gt() } else { order.is_lt() }
                        }
                    };
                    if better {
                        best = Some(own);
                    }
                }
                best.filter(|best| !best.is_null())
            };
            let inexact =
                |found: Option<ScalarValue>| found.map_or(Precision::Absent, Precision::Inexact);
            let nulls: Option<i64> =
                tasks.iter().map(|task| task.file.null_value_counts.get(&field.id).copied()).sum();
            *known = ColumnStatistics {
                null_count: nulls
                    .and_then(|nulls| usize::try_from(nulls).ok())
                    .map_or(Precision::Absent, Precision::Inexact),
                min_value: inexact(bound(false)),
                max_value: inexact(bound(true)),
                ..ColumnStatistics::new_unknown()
            };
        }
        statistics
    }
}

#[async_trait]
impl TableProvider for IcebergProvider {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // They leave files out; rows they leave out above the scan, or in it by the physical plan's
        // own pushdown.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let tasks = self.tasks(state, filters).await?;
        let statistics = self.statistics(&tasks);
        let stores = self.files(&tasks).await?;
        let limit = limit.filter(|_| filters.is_empty());
        let mut plans = Vec::with_capacity(stores.len());
        for files in stores.into_values() {
            plans.push(self.exec(state, files, statistics.clone(), projection, limit)?);
        }
        match plans.len() {
            0 => {
                let schema = match projection {
                    Some(indices) => Arc::new(self.schema.project(indices)?),
                    None => self.schema.clone(),
                };
                Ok(Arc::new(EmptyExec::new(schema)))
            }
            1 => Ok(plans.remove(0)),
            _ => UnionExec::try_new(plans),
        }
    }
}
