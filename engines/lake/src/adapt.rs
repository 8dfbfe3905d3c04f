//! Parquet files as their table sees them: columns found by name whatever the case, missing ones
//! NULL, types widened; a column whose type cannot become the declared one is bad data, and so is
//! an integer that does not fit a narrower declared one.

use std::sync::Arc;

use aquifer_formats::HiveType;
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
                let declared = declared.data_type();
                let shown = HiveType::from_arrow(declared)
                    .map_or_else(|_| declared.to_string(), |t| t.to_string());
                return Err(LakeError::BadData {
                    file: "Parquet".to_owned(),
                    message: format!(
                        "Field {}'s type {} in parquet file is incompatible with type {shown} \
                         defined in table schema",
                        found.name(),
                        stored(found.data_type()),
                    ),
                }
                .into());
            }
        }
        Ok(())
    }
}

/// The word Parquet has for what holds a type.
fn stored(data_type: &DataType) -> String {
    use DataType::*;
    let word = match data_type {
        Boolean => "BOOLEAN",
        Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 | Date32 | Time32(_) => "INT32",
        Int64 | UInt64 | Time64(_) | Timestamp(..) => "INT64",
        Float32 => "FLOAT",
        Float64 => "DOUBLE",
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView => "BINARY",
        FixedSizeBinary(_) => "FIXED_LEN_BYTE_ARRAY",
        other => return other.to_string(),
    };
    word.to_owned()
}

/// Whether numbers can be read as others. Those of one kind can: what does not fit then fails as
/// it is read. Of different kinds only where nothing can be lost.
fn number_becomes(found: &DataType, declared: &DataType) -> bool {
    use DataType::*;
    let integer = DataType::is_integer;
    let decimal = DataType::is_decimal;
    match (found, declared) {
        _ if integer(found) && integer(declared) => true,
        _ if decimal(found) && decimal(declared) => true,
        _ if integer(found) && decimal(declared) => true,
        (Decimal128(_, 0), _) if integer(declared) => true,
        (Float16 | Float32, Float32 | Float64) | (Float64, Float64) => true,
        (Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32, Float64) => true,
        (Int8 | Int16 | UInt8 | UInt16, Float32) => true,
        _ => false,
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
        _ if found.is_numeric() && declared.is_numeric() => number_becomes(found, declared),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_others_only_without_loss() {
        use DataType::*;
        for (found, declared, fits) in [
            (Int32, Int64, true),
            (Int64, Int32, true),
            (Float32, Float64, true),
            (Int32, Float64, true),
            (Int32, Decimal128(10, 2), true),
            (Decimal128(5, 2), Decimal128(10, 2), true),
            (Decimal128(9, 0), Int64, true),
            (Float64, Int32, false),
            (Float64, Int64, false),
            (Float64, Float32, false),
            (Float64, Decimal128(10, 2), false),
            (Int64, Float64, false),
            (Int32, Float32, false),
            (Decimal128(5, 2), Int32, false),
            (Decimal128(5, 2), Float64, false),
            (Boolean, Int32, false),
            (Int32, Utf8, false),
        ] {
            assert_eq!(becomes(&found, &declared), fits, "{found} as {declared}");
        }
    }
}
