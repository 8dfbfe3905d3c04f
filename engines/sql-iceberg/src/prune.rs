//! Which files a predicate can have rows in, by the bounds of their columns and by their partitions.

use std::collections::HashSet;
use std::sync::Arc;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{DataFile, ManifestFile, read_single_value};
use aquifer_iceberg::{Field, Primitive, Schema, TableMetadata, Transform, Type};
use datafusion::arrow::array::{ArrayRef, BooleanArray, UInt64Array};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::utils::conjunction;
use datafusion::physical_optimizer::pruning::{
    PruningPredicate, PruningPredicateBuilder, PruningStatistics,
};

use crate::scalar::{scalar, value};
use crate::types::arrow_type;

/// A predicate that leaves files out.
pub(crate) struct Pruner<'a> {
    table: &'a TableMetadata,
    schema: &'a Schema,
    predicate: Option<Arc<PruningPredicate>>,
}

impl<'a> Pruner<'a> {
    /// Of the filters of a scan; what they cannot decide keeps files.
    pub(crate) fn new(
        state: &dyn Session,
        table: &'a TableMetadata,
        schema: &'a Schema,
        columns: &SchemaRef,
        filters: &[Expr],
    ) -> Result<Self> {
        let named = DFSchema::try_from(columns.as_ref().clone())?;
        let known = filters.iter().filter(|filter| {
            filter
                .column_refs()
                .iter()
                .all(|column| named.has_column_with_unqualified_name(&column.name))
        });
        let bare = known.cloned().map(unqualified).collect::<Result<Vec<_>>>()?;
        let predicate = match conjunction(bare) {
            Some(filter) => {
                let filter = state.create_physical_expr(filter, &named)?;
                PruningPredicateBuilder::new().with_file_schema(columns.clone()).build(filter)
            }
            None => None,
        };
        Ok(Self { table, schema, predicate })
    }

    /// Whether each manifest may have files with rows.
    pub(crate) fn manifests(&self, files: &[ManifestFile]) -> Result<Vec<bool>> {
        self.prune(files.iter().map(Container::Manifest).collect())
    }

    /// Whether each file may have rows.
    pub(crate) fn files(&self, files: &[(i32, &DataFile)]) -> Result<Vec<bool>> {
        self.prune(files.iter().map(|(spec, file)| Container::File(*spec, file)).collect())
    }

    fn prune(&self, containers: Vec<Container<'_>>) -> Result<Vec<bool>> {
        let Some(predicate) = &self.predicate else { return Ok(vec![true; containers.len()]) };
        if containers.is_empty() {
            return Ok(Vec::new());
        }
        predicate.prune(&Known { table: self.table, schema: self.schema, containers })
    }
}

fn unqualified(expr: Expr) -> Result<Expr> {
    use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
    expr.transform(|node| match node {
        Expr::Column(column) if column.relation.is_some() => {
            Ok(Transformed::yes(Expr::Column(Column::new_unqualified(column.name))))
        }
        other => Ok(Transformed::no(other)),
    })
    .data()
}

/// What has rows.
enum Container<'a> {
    File(i32, &'a DataFile),
    Manifest(&'a ManifestFile),
}

struct Known<'a> {
    table: &'a TableMetadata,
    schema: &'a Schema,
    containers: Vec<Container<'a>>,
}

impl Known<'_> {
    /// A column of one value at a time, by its name in queries.
    fn column(&self, column: &Column) -> Option<(&Field, Primitive)> {
        let mut fields = self.schema.columns.fields.iter();
        let field = fields.find(|field| field.name.to_lowercase() == column.name)?;
        match field.field_type {
            Type::Primitive(primitive) => Some((field, primitive)),
            _ => None,
        }
    }

    /// The range of a column's values that partitions tell.
    fn by_partition(
        &self,
        container: &Container<'_>,
        field: &Field,
        of: Primitive,
    ) -> Option<(Value, Value)> {
        let spec_id = match container {
            Container::File(spec, _) => *spec,
            Container::Manifest(file) => file.partition_spec_id,
        };
        let spec = self.table.spec(spec_id)?;
        let mut own = spec.fields.iter().enumerate().filter(|(_, part)| part.source_id == field.id);
        own.find_map(|(at, part)| match container {
            Container::File(_, file) => part.transform.range(of, file.partition.get(at)?),
            Container::Manifest(file) => {
                let summary = file.partitions.as_ref()?.get(at)?;
                if summary.contains_null {
                    return None;
                }
                let result = part.transform.result_type(&Type::Primitive(of))?;
                let low = read_single_value(result, summary.lower_bound.as_deref()?)?;
                let high = read_single_value(result, summary.upper_bound.as_deref()?)?;
                Some((part.transform.range(of, &low)?.0, part.transform.range(of, &high)?.1))
            }
        })
    }

    fn bounds(&self, column: &Column, greatest: bool) -> Option<ArrayRef> {
        let (field, of) = self.column(column)?;
        let one = |container: &Container<'_>| {
            let own = match container {
                Container::File(_, file) => {
                    let bounds = if greatest { &file.upper_bounds } else { &file.lower_bounds };
                    bounds.get(&field.id).and_then(|bytes| read_single_value(of, bytes))
                }
                Container::Manifest(_) => None,
            };
            let found = own.or_else(|| {
                let (low, high) = self.by_partition(container, field, of)?;
                Some(if greatest { high } else { low })
            });
            scalar(of, &found.unwrap_or(Value::Null))
        };
        let values: Vec<ScalarValue> = self.containers.iter().map(one).collect();
        if values.iter().all(ScalarValue::is_null) {
            return None;
        }
        ScalarValue::iter_to_array(values).ok()
    }

    fn counts(&self, of: impl Fn(&DataFile) -> Option<i64>) -> Option<ArrayRef> {
        let count = |container: &Container<'_>| match container {
            Container::File(_, file) => of(file).and_then(|count| u64::try_from(count).ok()),
            Container::Manifest(_) => None,
        };
        Some(Arc::new(self.containers.iter().map(count).collect::<UInt64Array>()))
    }
}

impl PruningStatistics for Known<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, false)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, true)
    }

    fn num_containers(&self) -> usize {
        self.containers.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let (field, _) = self.column(column)?;
        self.counts(|file| file.null_value_counts.get(&field.id).copied())
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        self.counts(|file| Some(file.record_count))
    }

    /// Buckets tell which values are not there.
    fn contained(&self, column: &Column, values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        let (field, of) = self.column(column)?;
        let wanted = arrow_type(&Type::Primitive(of));
        let values: Vec<Value> = values
            .iter()
            .map(|one| one.cast_to(&wanted).map(|one| value(of, &one)))
            .collect::<Result<_>>()
            .ok()?;
        let one = |container: &Container<'_>| -> Option<bool> {
            let Container::File(spec_id, file) = container else { return None };
            let spec = self.table.spec(*spec_id)?;
            let at = spec.fields.iter().position(|part| {
                part.source_id == field.id && matches!(part.transform, Transform::Bucket(_))
            })?;
            let (transform, here) = (&spec.fields[at].transform, file.partition.get(at)?);
            let may = values.iter().any(|value| transform.apply(of, value) == *here);
            if may { None } else { Some(false) }
        };
        let found: BooleanArray = self.containers.iter().map(one).collect();
        (!found.is_empty()).then_some(found)
    }
}
