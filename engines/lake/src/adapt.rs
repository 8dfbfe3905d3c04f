//! Parquet files as their table sees them: columns found by name whatever the case, missing ones
//! NULL, types widened; a column whose type cannot become the declared one is bad data.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr_adapter::{
    DefaultPhysicalExprAdapterFactory, PhysicalExprAdapter, PhysicalExprAdapterFactory,
};

use crate::error::LakeError;

/// Makes an adapter per file.
#[derive(Debug)]
pub(crate) struct ByName;

impl PhysicalExprAdapterFactory for ByName {
    fn create(
        &self,
        logical: SchemaRef,
        physical: SchemaRef,
    ) -> Result<Arc<dyn PhysicalExprAdapter>> {
        let renamed = renamed(&logical, &physical);
        let inner = DefaultPhysicalExprAdapterFactory.create(logical.clone(), renamed.clone())?;
        Ok(Arc::new(Adapter { inner, logical, renamed, physical }))
    }
}

/// The file's schema under the table's names.
fn renamed(logical: &Schema, physical: &Schema) -> SchemaRef {
    let fields = physical.fields().iter().map(|field| {
        let exact = physical.fields().iter().any(|f| {
            // A file may hold `Id` and `id`; the exact name wins.
            f.name() == &field.name().to_lowercase() && f.name() != field.name()
        });
        let same = |f: &&Arc<Field>| f.name().eq_ignore_ascii_case(field.name());
        match logical.fields().iter().find(same) {
            Some(own) if !exact => Arc::new(field.as_ref().clone().with_name(own.name())),
            _ => field.clone(),
        }
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), physical.metadata().clone()))
}

#[derive(Debug)]
struct Adapter {
    inner: Arc<dyn PhysicalExprAdapter>,
    logical: SchemaRef,
    renamed: SchemaRef,
    physical: SchemaRef,
}

impl PhysicalExprAdapter for Adapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        self.check(&expr)?;
        let adapted = self.inner.rewrite(expr)?;
        // Back to the file's own names, which the reader goes by.
        adapted
            .transform_up(|node| {
                let Some(column) = node.downcast_ref::<Column>() else {
                    return Ok(Transformed::no(node));
                };
                match self.physical.fields().get(column.index()) {
                    Some(own) if own.name() != column.name() => {
                        let own = Column::new(own.name(), column.index());
                        Ok(Transformed::yes(Arc::new(own) as Arc<dyn PhysicalExpr>))
                    }
                    _ => Ok(Transformed::no(node)),
                }
            })
            .data()
    }
}

impl Adapter {
    fn check(&self, expr: &Arc<dyn PhysicalExpr>) -> Result<()> {
        for column in datafusion::physical_expr::utils::collect_columns(expr) {
            let (Ok(declared), Ok(found)) = (
                self.logical.field_with_name(column.name()),
                self.renamed.field_with_name(column.name()),
            ) else {
                continue;
            };
            if !becomes(found.data_type(), declared.data_type()) {
                return Err(LakeError::BadData {
                    file: "Parquet".to_owned(),
                    message: format!(
                        "Field {}'s type {} in the file is incompatible with type {} defined in \
                         table schema",
                        found.name(),
                        found.data_type(),
                        declared.data_type()
                    ),
                }
                .into());
            }
        }
        Ok(())
    }
}

/// Whether values of a file's type can be read as the table's.
fn becomes(found: &DataType, declared: &DataType) -> bool {
    use DataType::*;
    let text = |t: &DataType| matches!(t, Utf8 | LargeUtf8 | Utf8View);
    let bytes = |t: &DataType| {
        matches!(t, Binary | LargeBinary | BinaryView | FixedSizeBinary(_)) || text(t)
    };
    match (found, declared) {
        _ if found == declared => true,
        (Dictionary(_, values), _) => becomes(values, declared),
        _ if bytes(found) && bytes(declared) => true,
        _ if found.is_numeric() && declared.is_numeric() => true,
        (Timestamp(..), Timestamp(..)) | (Date32 | Date64, Date32 | Timestamp(..)) => true,
        // Written before dates and times had types of their own.
        (Int32, Date32) | (Int64, Timestamp(..)) => true,
        (List(a) | LargeList(a) | ListView(a), List(b)) => becomes(a.data_type(), b.data_type()),
        (Struct(a), Struct(b)) => b.iter().all(|declared| {
            let same = |f: &&Arc<Field>| f.name().eq_ignore_ascii_case(declared.name());
            a.iter().find(same).is_none_or(|f| becomes(f.data_type(), declared.data_type()))
        }),
        (Map(a, _), Map(b, _)) => match (a.data_type(), b.data_type()) {
            // Keys and values go by position; their names differ between writers.
            (Struct(a), Struct(b)) => {
                a.iter().zip(b).all(|(a, b)| becomes(a.data_type(), b.data_type()))
            }
            _ => false,
        },
        (Null, _) => true,
        _ => false,
    }
}
