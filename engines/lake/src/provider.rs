//! A lake table as a DataFusion table provider: partitions pruned, files listed, scans built.

use std::sync::Arc;

use aquifer_formats::{Compression, Format};
use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::{ScalarValue, config::TableParquetOptions};
use datafusion::datasource::TableProvider;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::union::UnionExec;
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStore};

use crate::adapt::ByName;
use crate::estimate;
use crate::footers::{FooterCache, ParquetReaders};
use crate::listing::data_files;
use crate::location::Location;
use crate::orc::OrcSource;
use crate::partition_list::PartitionList;
use crate::partitions::{decides_by_keys, key_fields, metastore_filter, prune};
use crate::stats::ScanStats;
use crate::table::{PartitionDef, PartitionSource, TableDef};
use crate::text::TextSource;

/// Locations listed at once.
const LISTINGS_AT_ONCE: usize = 16;
/// Footers read at once for row counts.
const FOOTERS_AT_ONCE: usize = 16;
/// Beyond so many files, planning goes by their sizes rather than their footers.
const COUNTED_FILES_MAX: usize = 512;

/// The column that holds each row's file.
pub const PATH_COLUMN: &str = "$path";

/// A table to be scanned by one query.
#[derive(Debug)]
pub struct LakeTable {
    def: Arc<TableDef>,
    partitions: Arc<dyn PartitionSource>,
    stats: Arc<ScanStats>,
    footers: Arc<FooterCache>,
    /// Columns in the files.
    file_schema: SchemaRef,
    /// Partition keys, then hidden columns.
    outer_fields: Vec<Field>,
    schema: SchemaRef,
    shows_path: bool,
}

/// Files of one scan with what their paths say.
struct Scan {
    store: ObjectStoreUrl,
    format: Format,
    files: Vec<PartitionedFile>,
}

impl LakeTable {
    /// A table for one query, whose reads are counted in `stats`.
    pub fn new(
        def: TableDef,
        partitions: Arc<dyn PartitionSource>,
        stats: Arc<ScanStats>,
        footers: Arc<FooterCache>,
    ) -> Self {
        let fields: Vec<Field> =
            def.columns.iter().map(|c| Field::new(&c.name, c.hive_type.to_arrow(), true)).collect();
        let outer_fields = key_fields(&def.partition_keys);
        let schema = Schema::new(fields.iter().chain(&outer_fields).cloned().collect::<Vec<_>>());
        LakeTable {
            def: Arc::new(def),
            partitions,
            stats,
            footers,
            file_schema: Arc::new(Schema::new(fields)),
            outer_fields,
            schema: Arc::new(schema),
            shows_path: false,
        }
    }

    /// Adds the hidden column [`PATH_COLUMN`], the address of each row's file. Who plans must
    /// keep it out of stars.
    pub fn with_path_column(mut self) -> Self {
        if !self.shows_path {
            let field = Field::new(PATH_COLUMN, DataType::Utf8, false);
            let mut fields: Vec<Field> =
                self.schema.fields().iter().map(|f| f.as_ref().clone()).collect();
            fields.push(field.clone());
            self.outer_fields.push(field);
            self.schema = Arc::new(Schema::new(fields));
            self.shows_path = true;
        }
        self
    }

    /// The table's partitions as a table of their own.
    pub fn partition_list(&self) -> PartitionList {
        PartitionList::new(self.def.clone(), self.partitions.clone())
    }

    async fn chosen(
        &self,
        state: &dyn Session,
        filters: &[Expr],
    ) -> Result<Vec<(PartitionDef, Vec<ScalarValue>)>> {
        let keys = &self.def.partition_keys;
        if keys.is_empty() {
            let whole =
                PartitionDef { values: vec![], location: self.def.location.clone(), format: None };
            return Ok(vec![(whole, vec![])]);
        }
        let by_keys: Vec<&Expr> = filters.iter().filter(|f| decides_by_keys(f, keys)).collect();
        if let Some(projection) = &self.def.projection {
            return projection.partitions(state, &self.def, &by_keys);
        }
        let asked = metastore_filter(&by_keys, keys);
        let found = self
            .partitions
            .partitions(&self.def.database, &self.def.name, asked.as_deref())
            .await?;
        prune(state, keys, found, &by_keys)
    }

    /// Lists the chosen partitions' files, grouped by store and format.
    async fn scans(
        &self,
        state: &dyn Session,
        chosen: Vec<(PartitionDef, Vec<ScalarValue>)>,
    ) -> Result<Vec<Scan>> {
        let mut listings = futures::stream::iter(chosen)
            .map(|(partition, values)| async move {
                let location = Location::parse(&partition.location)?;
                let store = state.runtime_env().object_store(&location.store)?;
                let files = data_files(&store, &location).await?;
                Ok::<_, DataFusionError>((location, partition.format, values, files))
            })
            .buffered(LISTINGS_AT_ONCE);
        let mut scans: Vec<Scan> = Vec::new();
        while let Some((location, format, values, files)) = listings.try_next().await? {
            let format = format.unwrap_or_else(|| self.def.format.clone());
            let same = |s: &Scan| s.store == location.store && s.format == format;
            let scan = match scans.iter().position(same) {
                Some(i) => &mut scans[i],
                None => {
                    scans.push(Scan { store: location.store.clone(), format, files: vec![] });
                    scans.last_mut().expect("it was just pushed")
                }
            };
            for meta in files {
                scan.files.push(self.partitioned(&location, meta, &values));
            }
        }
        scans.retain(|s| !s.files.is_empty());
        Ok(scans)
    }

    fn partitioned(
        &self,
        location: &Location,
        meta: ObjectMeta,
        values: &[ScalarValue],
    ) -> PartitionedFile {
        let mut values = values.to_vec();
        if self.shows_path {
            values.push(ScalarValue::Utf8(Some(location.url_of(&meta.location))));
        }
        PartitionedFile::new_from_meta(meta).with_partition_values(values)
    }

    async fn exec(
        &self,
        state: &dyn Session,
        scan: Scan,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.stats.add_files(scan.files.len() as u64);
        let store = state.runtime_env().object_store(&scan.store)?;
        let outer = self.outer_fields.iter().map(|f| Arc::new(f.clone()));
        let table_schema = TableSchema::builder(self.file_schema.clone())
            .with_table_partition_cols(outer.collect::<Vec<_>>())
            .build();
        let in_files = self.file_schema.fields().len();
        let wanted: Vec<usize> = match projection {
            Some(projection) => projection.iter().copied().filter(|at| *at < in_files).collect(),
            None => (0..in_files).collect(),
        };
        let footers = self.footers_of(&scan, &store).await?;
        let bytes = scan.files.iter().map(|f| f.object_meta.size).sum();
        let schema = table_schema.table_schema();
        let statistics = estimate::statistics(schema, &wanted, footers.as_deref(), bytes);
        let late = footers.is_some_and(|footers| {
            let deciding: Vec<String> = filters
                .iter()
                .flat_map(|filter| filter.column_refs().into_iter().map(|c| c.name.clone()))
                .collect();
            estimate::decode_late(schema, &deciding, &wanted, &footers)
        });
        let source: Arc<dyn FileSource> = match &scan.format {
            Format::Parquet => self.parquet(state, &scan, store, table_schema, late),
            Format::Orc(options) => Arc::new(OrcSource::new(
                table_schema,
                &self.def.columns,
                options.clone(),
                self.stats.clone(),
            )),
            text => {
                let compression = self.def.compression;
                let plain = scan.files.iter().all(|f| {
                    let named = Compression::from_name(f.object_meta.location.as_ref());
                    matches!(compression.map_or(named, Ok), Ok(Compression::None))
                });
                Arc::new(TextSource::new(
                    table_schema,
                    &self.def.columns,
                    text.clone(),
                    compression,
                    plain,
                    self.stats.clone(),
                ))
            }
        };
        let target = state.config().target_partitions().max(1);
        let groups = FileGroup::new(scan.files).split_files(target);
        let config = FileScanConfigBuilder::new(scan.store, source)
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit)
            .with_expr_adapter(Some(Arc::new(ByName)))
            .with_projection_indices(projection.cloned())?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    fn parquet(
        &self,
        state: &dyn Session,
        scan: &Scan,
        store: Arc<dyn ObjectStore>,
        table_schema: TableSchema,
        late: bool,
    ) -> Arc<dyn FileSource> {
        let mut options = TableParquetOptions::new();
        options.global = state.config_options().execution.parquet.clone();
        options.global.pushdown_filters = late;
        // The oldest writers' timestamps have no unit; the table's have milliseconds.
        options.global.coerce_int96 = Some("ms".to_owned());
        let readers = ParquetReaders::new(
            scan.store.as_str().to_owned(),
            store,
            self.footers.clone(),
            self.stats.clone(),
        );
        let source = ParquetSource::new(table_schema)
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(readers));
        Arc::new(source)
    }

    /// The footers of a scan's files, where there are not too many to read for planning.
    async fn footers_of(
        &self,
        scan: &Scan,
        store: &Arc<dyn ObjectStore>,
    ) -> Result<Option<Vec<Arc<ParquetMetaData>>>> {
        if scan.format != Format::Parquet || scan.files.len() > COUNTED_FILES_MAX {
            return Ok(None);
        }
        let url = scan.store.as_str();
        // Collected first: a closure over borrowed files is not general enough to wait in.
        let reading: Vec<_> = scan
            .files
            .iter()
            .map(|f| self.footers.uncounted(url, store, &f.object_meta).boxed())
            .collect();
        let read = futures::stream::iter(reading).buffer_unordered(FOOTERS_AT_ONCE);
        Ok(Some(read.try_collect().await?))
    }
}

#[async_trait]
impl TableProvider for LakeTable {
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
        // What partition values decide is decided before anything is listed. Other predicates
        // reach the files by the physical plan's own pushdown; here they tell how to read.
        let keys = &self.def.partition_keys;
        Ok(filters
            .iter()
            .map(|filter| match !keys.is_empty() && decides_by_keys(filter, keys) {
                true => TableProviderFilterPushDown::Exact,
                false => TableProviderFilterPushDown::Inexact,
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let chosen = self.chosen(state, filters).await?;
        let scans = self.scans(state, chosen).await?;
        let mut plans = Vec::with_capacity(scans.len());
        for scan in scans {
            plans.push(self.exec(state, scan, projection, filters, limit).await?);
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
