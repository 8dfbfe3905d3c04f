//! Expressions over a table's columns as expressions over a file's: columns are found by their ids.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use aquifer_iceberg::{Field as TableColumn, Schema, Type};
use datafusion::arrow::datatypes::{DataType, Schema as ArrowSchema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{CastExpr, Column, Literal};
use datafusion::physical_expr_adapter::{PhysicalExprAdapter, PhysicalExprAdapterFactory};

use crate::convert::{convert, position};
use crate::error::bad_data;
use crate::types::arrow_type;

/// Makes an adapter per file.
#[derive(Debug)]
pub(crate) struct ById(pub Arc<Schema>);

impl PhysicalExprAdapterFactory for ById {
    fn create(
        &self,
        _logical: SchemaRef,
        physical: SchemaRef,
    ) -> Result<Arc<dyn PhysicalExprAdapter>> {
        Ok(Arc::new(Adapter { schema: self.0.clone(), physical }))
    }
}

#[derive(Debug)]
struct Adapter {
    schema: Arc<Schema>,
    physical: SchemaRef,
}

impl PhysicalExprAdapter for Adapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        expr.transform_down(|node| match node.downcast_ref::<Column>() {
            // What stands for a column is not looked into again.
            Some(column) => {
                Ok(Transformed::new(self.column(column)?, true, TreeNodeRecursion::Jump))
            }
            None => Ok(Transformed::no(node)),
        })
        .data()
    }
}

impl Adapter {
    fn column(&self, column: &Column) -> Result<Arc<dyn PhysicalExpr>> {
        let fields = self.physical.fields();
        let own = |field: &&TableColumn| field.name.to_lowercase() == column.name();
        let Some(known) = self.schema.columns.fields.iter().find(own) else {
            // Not the table's: what the reader adds by itself.
            let at = self.physical.index_of(column.name())?;
            return Ok(Arc::new(Column::new(column.name(), at)));
        };
        let wanted = arrow_type(&known.field_type);
        let Some(at) = position(fields, known.id, &known.name) else {
            return Ok(Arc::new(Literal::new(ScalarValue::try_from(&wanted)?)));
        };
        let found = &fields[at];
        let own: Arc<dyn PhysicalExpr> = Arc::new(Column::new(found.name(), at));
        if found.data_type() == &wanted {
            return Ok(own);
        }
        match &known.field_type {
            Type::Primitive(_) if reads(found.data_type(), &wanted) => {
                Ok(Arc::new(CastExpr::new(own, wanted, None)))
            }
            Type::Primitive(_) => Err(bad_data(format!(
                "Column {} of type {} cannot be read as {wanted}",
                known.name,
                found.data_type()
            ))
            .into()),
            nested => Ok(Arc::new(Nested { column: own, to: nested.clone(), wanted })),
        }
    }
}

/// Whether a file's values are the table's, wider ones included.
fn reads(found: &DataType, wanted: &DataType) -> bool {
    use DataType::*;
    match (found, wanted) {
        (Utf8 | LargeUtf8 | Utf8View, Utf8View) => true,
        (Binary | LargeBinary | BinaryView | FixedSizeBinary(_), BinaryView) => true,
        (FixedSizeBinary(a), FixedSizeBinary(b)) => a == b,
        (Int8 | Int16 | Int32, Int32 | Int64) | (Int64, Int64) => true,
        (Float32, Float64) => true,
        (found, wanted) if found.is_decimal() && wanted.is_decimal() => true,
        (Timestamp(..), Timestamp(..)) => true,
        (Int32, Date32) | (Date64, Date32) => true,
        (Time32(_) | Time64(_), Time64(_)) => true,
        _ => false,
    }
}

/// A column with parts, its parts found by their ids when it is read.
#[derive(Debug)]
struct Nested {
    column: Arc<dyn PhysicalExpr>,
    to: Type,
    wanted: DataType,
}

impl PartialEq for Nested {
    fn eq(&self, other: &Self) -> bool {
        self.to == other.to && self.column.eq(&other.column)
    }
}

impl Eq for Nested {}

impl Hash for Nested {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.column.hash(state);
        self.wanted.hash(state);
    }
}

impl fmt::Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by_id({})", self.column)
    }
}

impl PhysicalExpr for Nested {
    fn data_type(&self, _input: &ArrowSchema) -> Result<DataType> {
        Ok(self.wanted.clone())
    }

    fn nullable(&self, _input: &ArrowSchema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let array = self.column.evaluate(batch)?.into_array(batch.num_rows())?;
        Ok(ColumnarValue::Array(convert(&array, &self.to)?))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.column]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let column = children.pop().unwrap_or_else(|| self.column.clone());
        Ok(Arc::new(Self { column, to: self.to.clone(), wanted: self.wanted.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
