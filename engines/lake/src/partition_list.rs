//! The partitions of a table as rows: what `"t$partitions"` answers.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::ScalarValue;
use datafusion::datasource::TableProvider;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::partitions::{decides_by_keys, key_fields, metastore_filter, prune};
use crate::table::{PartitionSource, TableDef};

/// One row per partition, one column per key.
#[derive(Debug)]
pub struct PartitionList {
    def: Arc<TableDef>,
    partitions: Arc<dyn PartitionSource>,
    schema: SchemaRef,
}

impl PartitionList {
    pub(crate) fn new(def: Arc<TableDef>, partitions: Arc<dyn PartitionSource>) -> Self {
        let schema = Arc::new(Schema::new(key_fields(&def.partition_keys)));
        PartitionList { def, partitions, schema }
    }
}

#[async_trait]
impl TableProvider for PartitionList {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let keys = &self.def.partition_keys;
        Ok(filters
            .iter()
            .map(|f| match decides_by_keys(f, keys) {
                true => TableProviderFilterPushDown::Exact,
                false => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let keys = &self.def.partition_keys;
        let filters: Vec<&Expr> = filters.iter().collect();
        let asked = metastore_filter(&filters, keys);
        let found = self
            .partitions
            .partitions(&self.def.database, &self.def.name, asked.as_deref())
            .await?;
        let rows = prune(state, keys, found, &filters)?;
        let batches = if rows.is_empty() {
            vec![]
        } else {
            let columns = (0..keys.len()).map(|i| {
                ScalarValue::iter_to_array(rows.iter().map(|(_, values)| values[i].clone()))
            });
            vec![RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<Vec<_>>>()?)?]
        };
        let plan =
            MemorySourceConfig::try_new_exec(&[batches], self.schema.clone(), projection.cloned())?;
        Ok(plan)
    }
}
