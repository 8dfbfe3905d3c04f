//! Partition pruning: which predicates can be decided by partition values alone, how they are
//! put to the metastore, and how they are decided here.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use aquifer_formats::HiveType;
use datafusion::arrow::array::{Array, BooleanArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::Result as DataFusionResult;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use crate::error::{LakeError, Result};
use crate::table::{Column, PartitionDef};

/// What a path says where the value is NULL.
pub const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// The Arrow fields of partition keys.
pub(crate) fn key_fields(keys: &[Column]) -> Vec<Field> {
    keys.iter().map(|k| Field::new(&k.name, k.hive_type.to_arrow(), true)).collect()
}

/// A partition's value as its key's type.
pub(crate) fn typed_value(key: &Column, text: &str) -> Result<ScalarValue> {
    let data_type = key.hive_type.to_arrow();
    let fail = || LakeError::PartitionValue {
        key: key.name.clone(),
        value: text.to_owned(),
        hive_type: key.hive_type.to_string(),
    };
    if text == NULL_PARTITION {
        return ScalarValue::try_from(&data_type).map_err(|_| fail());
    }
    match data_type {
        DataType::Utf8View => Ok(ScalarValue::Utf8View(Some(text.to_owned()))),
        DataType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(ScalarValue::Boolean(Some(true))),
            "false" => Ok(ScalarValue::Boolean(Some(false))),
            _ => Err(fail()),
        },
        _ => {
            let value = ScalarValue::try_from_string(text.trim().to_owned(), &data_type);
            value.ok().filter(|v| !v.is_null()).ok_or_else(fail)
        }
    }
}

/// Whether a predicate names partition keys only and needs nothing but their values.
pub(crate) fn decides_by_keys(filter: &Expr, keys: &[Column]) -> bool {
    let mut decides = !filter.is_volatile();
    let walked = filter.apply(|node| {
        decides &= match node {
            Expr::Column(column) => keys.iter().any(|k| k.name == column.name),
            Expr::ScalarSubquery(_)
            | Expr::InSubquery(_)
            | Expr::Exists(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::Placeholder(_) => false,
            _ => true,
        };
        Ok(if decides { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    decides && walked.is_ok()
}

/// The partitions on which every filter holds, with their values typed.
pub(crate) fn prune(
    state: &dyn Session,
    keys: &[Column],
    partitions: Vec<PartitionDef>,
    filters: &[&Expr],
) -> DataFusionResult<Vec<(PartitionDef, Vec<ScalarValue>)>> {
    let mut typed = Vec::with_capacity(partitions.len());
    let mut seen = HashSet::with_capacity(partitions.len());
    for partition in partitions {
        if partition.values.len() != keys.len() {
            return Err(LakeError::Catalog {
                message: format!(
                    "Partition {:?} has {} values for {} partition keys",
                    partition.values,
                    partition.values.len(),
                    keys.len()
                ),
                retryable: false,
                source: None,
            }
            .into());
        }
        if !seen.insert(partition.values.clone()) {
            continue;
        }
        let pairs = keys.iter().zip(&partition.values);
        let values = pairs.map(|(k, v)| typed_value(k, v)).collect::<Result<Vec<_>>>()?;
        typed.push((partition, values));
    }
    if filters.is_empty() || typed.is_empty() {
        return Ok(typed);
    }
    let schema: SchemaRef = Arc::new(Schema::new(key_fields(keys)));
    let columns = (0..keys.len())
        .map(|i| ScalarValue::iter_to_array(typed.iter().map(|(_, values)| values[i].clone())))
        .collect::<DataFusionResult<Vec<_>>>()?;
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let df_schema = DFSchema::try_from(schema)?;
    let mut keep = vec![true; typed.len()];
    for filter in filters {
        let filter = unqualified((*filter).clone())?;
        let decided = state.create_physical_expr(filter, &df_schema)?.evaluate(&batch)?;
        let decided = decided.into_array(batch.num_rows())?;
        let Some(decided) = decided.as_any().downcast_ref::<BooleanArray>() else { continue };
        for (row, keep) in keep.iter_mut().enumerate() {
            *keep &= decided.is_valid(row) && decided.value(row);
        }
    }
    Ok(typed.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(kept, _)| kept).collect())
}

fn unqualified(expr: Expr) -> DataFusionResult<Expr> {
    use datafusion::common::tree_node::{Transformed, TransformedResult};
    expr.transform(|node| match node {
        Expr::Column(mut column) => {
            column.relation = None;
            Ok(Transformed::yes(Expr::Column(column)))
        }
        other => Ok(Transformed::no(other)),
    })
    .data()
}

/// The filters in the metastore's words, as far as it has words for them: the answer may hold
/// more partitions than asked for, never fewer.
pub(crate) fn metastore_filter(filters: &[&Expr], keys: &[Column]) -> Option<String> {
    let mut text = String::new();
    for filter in filters.iter().flat_map(|f| datafusion::logical_expr::utils::split_conjunction(f))
    {
        let Some(part) = in_words(filter, keys) else { continue };
        if !text.is_empty() {
            text.push_str(" AND ");
        }
        text.push_str(&part);
    }
    // The metastore bounds expressions; a longer one is decided here alone.
    const LENGTH_MAX: usize = 2048;
    (!text.is_empty() && text.len() <= LENGTH_MAX).then_some(text)
}

fn in_words(expr: &Expr, keys: &[Column]) -> Option<String> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
            let (left, right) = (in_words(left, keys), in_words(right, keys));
            match (op, left, right) {
                (Operator::And, Some(one), None) | (Operator::And, None, Some(one)) => Some(one),
                (_, Some(left), Some(right)) => Some(format!("({left} {op} {right})")),
                _ => None,
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let (column, op, value) = match (&**left, &**right) {
                (Expr::Column(column), Expr::Literal(value, _)) => (column, *op, value),
                (Expr::Literal(value, _), Expr::Column(column)) => (column, op.swap()?, value),
                _ => return None,
            };
            let sign = match op {
                Operator::Eq => "=",
                Operator::NotEq => "<>",
                Operator::Lt => "<",
                Operator::LtEq => "<=",
                Operator::Gt => ">",
                Operator::GtEq => ">=",
                _ => return None,
            };
            let key = key(keys, &column.name)?;
            Some(format!("{} {sign} {}", key.name, literal(key, value)?))
        }
        Expr::InList(list) if !list.negated => {
            let Expr::Column(column) = &*list.expr else { return None };
            let key = key(keys, &column.name)?;
            let mut text = format!("{} IN (", key.name);
            for (i, item) in list.list.iter().enumerate() {
                let Expr::Literal(value, _) = item else { return None };
                let comma = if i > 0 { ", " } else { "" };
                write!(text, "{comma}{}", literal(key, value)?).ok()?;
            }
            text.push(')');
            Some(text)
        }
        Expr::Between(between) if !between.negated => {
            let (Expr::Column(column), Expr::Literal(low, _), Expr::Literal(high, _)) =
                (&*between.expr, &*between.low, &*between.high)
            else {
                return None;
            };
            let key = key(keys, &column.name)?;
            let (low, high) = (literal(key, low)?, literal(key, high)?);
            Some(format!("{} BETWEEN {low} AND {high}", key.name))
        }
        _ => None,
    }
}

fn key<'a>(keys: &'a [Column], name: &str) -> Option<&'a Column> {
    keys.iter().find(|k| k.name == name)
}

/// A literal of the key's own type: text in quotes, numbers bare, dates as they are written.
fn literal(key: &Column, value: &ScalarValue) -> Option<String> {
    match (&key.hive_type, value) {
        (
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_),
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)),
        ) => Some(format!("'{}'", text.replace('\'', "''"))),
        (
            HiveType::TinyInt | HiveType::SmallInt | HiveType::Int | HiveType::BigInt,
            ScalarValue::Int8(Some(_))
            | ScalarValue::Int16(Some(_))
            | ScalarValue::Int32(Some(_))
            | ScalarValue::Int64(Some(_)),
        ) => Some(value.to_string()),
        (HiveType::Date, ScalarValue::Date32(Some(_))) => Some(format!("'{value}'")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::{SessionContext, col, lit};

    fn keys() -> Vec<Column> {
        vec![
            Column::new("dt", HiveType::String),
            Column::new("hour", HiveType::Int),
            Column::new("day", HiveType::Date),
        ]
    }

    fn view(text: &str) -> Expr {
        Expr::Literal(ScalarValue::Utf8View(Some(text.to_owned())), None)
    }

    #[test]
    fn predicates_are_put_in_the_metastores_words() {
        let check = |filter: Expr, want: Option<&str>| {
            assert_eq!(metastore_filter(&[&filter], &keys()).as_deref(), want, "{filter}");
        };
        check(col("dt").eq(view("2024-01-01")), Some("dt = '2024-01-01'"));
        check(col("dt").eq(view("o'clock")), Some("dt = 'o''clock'"));
        check(lit(5i32).lt(col("hour")), Some("hour > 5"));
        check(col("hour").in_list(vec![lit(1i32), lit(2i32)], false), Some("hour IN (1, 2)"));
        check(
            col("dt").eq(view("a")).or(col("hour").gt_eq(lit(3i32))),
            Some("(dt = 'a' OR hour >= 3)"),
        );
        // What cannot be said is left out of a conjunction, and spoils a disjunction.
        check(col("dt").eq(view("a")).and(col("dt").like(lit("b%"))), Some("dt = 'a'"));
        check(col("dt").eq(view("a")).or(col("dt").like(lit("b%"))), None);
        // A number compared with text would be compared differently there.
        check(col("dt").eq(lit(5i32)), None);
    }

    #[test]
    fn values_decide_what_the_metastore_could_not() {
        let state = SessionContext::new().state();
        let partition = |dt: &str, hour: &str, day: &str| PartitionDef {
            values: vec![dt.into(), hour.into(), day.into()],
            location: String::new(),
            format: None,
        };
        let all = vec![
            partition("a", "1", "2024-01-01"),
            partition("b", "12", "2024-01-02"),
            partition("c", NULL_PARTITION, "2024-01-03"),
            partition("a", "1", "2024-01-01"),
        ];
        let kept = |filter: Expr| -> Vec<String> {
            prune(&state, &keys(), all.clone(), &[&filter])
                .unwrap()
                .into_iter()
                .map(|(p, _)| p.values[0].clone())
                .collect()
        };
        assert_eq!(kept(col("hour").gt(lit(2i32))), ["b"]);
        assert_eq!(kept(col("hour").is_null()), ["c"]);
        assert_eq!(kept(col("dt").lt(view("c"))), ["a", "b"]);
        assert!(decides_by_keys(&col("hour").gt(lit(2i32)), &keys()));
        assert!(!decides_by_keys(&col("hour").gt(col("x")), &keys()));
        assert!(typed_value(&keys()[1], "noon").is_err());
    }
}
