//! `any_match(array(T), function(T, boolean)) → boolean`, `all_match` and `none_match`. A NULL
//! answer counts as unknown: it leaves the whole NULL where it could decide it.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{one, range};
use super::call::{Call, Elements, HigherOrder, settled};
use super::filter::{is_condition, truths};
use super::transform::of_element;

pub(super) fn any_match() -> HigherOrderUDF {
    function("any_match", |call| evaluate(call, true, true))
}

pub(super) fn all_match() -> HigherOrderUDF {
    function("all_match", |call| evaluate(call, false, false))
}

pub(super) fn none_match() -> HigherOrderUDF {
    function("none_match", |call| evaluate(call, true, false))
}

fn function(name: &'static str, evaluate: fn(&Call) -> Result<ArrayRef>) -> HigherOrderUDF {
    HigherOrder {
        name,
        shown: "array(T), function(T, boolean)",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: of_element,
        returns: |_, lambdas| is_condition(&lambdas[0]).then_some(DataType::Boolean),
        settle: settled,
        evaluate,
    }
    .finish()
}

/// An element with the deciding truth settles the row with an answer; otherwise the other holds.
fn evaluate(call: &Call, deciding: bool, answer: bool) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let elements = Elements::of_list(list)?;
    let truths = truths(&call.run(0, &[elements.take(list.values())?], &elements.rows)?)?;
    let mut truths = truths.as_slice();
    let mut answers = Vec::with_capacity(list.len());
    for row in 0..list.len() {
        if list.is_null(row) {
            answers.push(None);
            continue;
        }
        let (own, rest) = truths.split_at(range(list, row).len());
        truths = rest;
        answers.push(if own.contains(&Some(deciding)) {
            Some(answer)
        } else if own.contains(&None) {
            None
        } else {
            Some(!answer)
        });
    }
    Ok(Arc::new(BooleanArray::from(answers)))
}
