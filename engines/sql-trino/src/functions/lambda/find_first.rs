//! `find_first(array(T), function(T, boolean)) → T`: the first for which it is true, or NULL.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{Picks, element, one, range};
use super::call::{Call, Elements, HigherOrder, settled};
use super::filter::{is_condition, truths};
use super::transform::of_element;

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "find_first",
        shown: "array(T), function(T, boolean)",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: of_element,
        returns: |values, lambdas| {
            if is_condition(&lambdas[0]) { element(&values[0]) } else { None }
        },
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
    let mut picks = Picks::default();
    for row in 0..list.len() {
        let range = if list.is_null(row) { 0..0 } else { range(list, row) };
        let (own, rest) = found.split_at(range.len());
        found = rest;
        match own.iter().position(|truth| *truth == Some(true)) {
            Some(at) => picks.pick(0, range.start + at),
            None => picks.pick_null(),
        }
    }
    picks.values(&[list.values()])
}
