//! `trim_array(x, n) → array(E)`: without its last n elements.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::{element, rebuild};

pub(super) fn function() -> ScalarUDF {
    Function::named("trim_array").takes_any("array(E), bigint", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, count] = given else { return None };
    let list = list_of(element(list)?);
    count.is_integer().then(|| (vec![list.clone(), DataType::Int64], list))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let counts = rows.long(1);
    rebuild(rows, |row, range, picks| {
        let count = counts.at(row);
        let kept = usize::try_from(count).ok().and_then(|count| range.len().checked_sub(count));
        let Some(kept) = kept else {
            return Err(invalid_argument(if count < 0 {
                format!("size must not be negative: {count}")
            } else {
                format!("size must not exceed array cardinality {}: {count}", range.len())
            }));
        };
        range.take(kept).for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
