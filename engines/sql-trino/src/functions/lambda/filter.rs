//! `filter(array(T), function(T, boolean)) → array(T)`

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{Picks, one, range};
use super::call::{Call, Elements, HigherOrder, settled};
use super::transform::of_element;

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "filter",
        shown: "array(T), function(T, boolean)",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: of_element,
        returns: |values, lambdas| is_condition(&lambdas[0]).then(|| values[0].clone()),
        settle: settled,
        evaluate,
    }
    .finish()
}

pub(super) fn is_condition(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Boolean | DataType::Null)
}

/// Whether each entry of a condition is true; NULL is not.
pub(super) fn truths(condition: &ArrayRef) -> Result<Vec<Option<bool>>> {
    let condition = datafusion::arrow::compute::cast(condition, &DataType::Boolean)?;
    Ok(condition.as_boolean().iter().collect())
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let elements = Elements::of_list(list)?;
    let kept = truths(&call.run(0, &[elements.take(list.values())?], &elements.rows)?)?;
    let mut kept = kept.into_iter();
    let mut picks = Picks::default();
    for row in 0..list.len() {
        if list.is_null(row) {
            picks.null_row();
            continue;
        }
        for (place, kept) in range(list, row).zip(kept.by_ref()) {
            if kept == Some(true) {
                picks.pick(0, place);
            }
        }
        picks.end_row();
    }
    picks.finish(&[list.values()])
}
