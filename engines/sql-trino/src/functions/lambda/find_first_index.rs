//! `find_first_index(array(T), function(T, boolean)) → bigint`: the place of the first for which it
//! is true, counted from one, or NULL.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{one, range};
use super::call::{Call, Elements, HigherOrder, settled};
use super::filter::{is_condition, truths};
use super::transform::of_element;

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "find_first_index",
        shown: "array(T), function(T, boolean)",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: of_element,
        returns: |_, lambdas| is_condition(&lambdas[0]).then_some(DataType::Int64),
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let elements = Elements::of_list(list)?;
    let found = truths(&call.run(0, &[elements.take(list.values())?], &elements.rows)?)?;
    let mut found = found.as_slice();
    let mut places = Vec::with_capacity(list.len());
    for row in 0..list.len() {
        let length = if list.is_null(row) { 0 } else { range(list, row).len() };
        let (own, rest) = found.split_at(length);
        found = rest;
        places.push(own.iter().position(|truth| *truth == Some(true)).map(|at| at as i64 + 1));
    }
    Ok(Arc::new(Int64Array::from(places)))
}
