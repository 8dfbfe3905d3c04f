//! `reduce(array(T), initialState S, inputFunction(S, T, S), outputFunction(S, R)) → R`. The state
//! is the one type both the initial state and the input function's result convert to.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array, new_null_array};
use datafusion::arrow::compute::{cast, interleave, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{element, range, unify};
use super::super::scalar::list_of;
use super::call::{Call, HigherOrder};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "reduce",
        shown: "array(T), S, function(S, T, S), function(S, R)",
        lambdas: 2,
        values: |given| match given {
            [list, state] => Some(vec![list_of(element(list)?), state.clone()]),
            _ => None,
        },
        parameters,
        returns: |_, lambdas| lambdas.get(1).cloned(),
        settle: |values, lambdas| {
            let state = unify(&values[1], lambdas.first()?)?;
            Some(vec![values[0].clone(), state])
        },
        evaluate,
    }
    .finish()
}

fn parameters(values: &[DataType], known: &[Option<DataType>]) -> Vec<Option<Vec<DataType>>> {
    let element = element(&values[0]).unwrap_or(DataType::Null);
    match known.first() {
        Some(Some(result)) => {
            let state = unify(&values[1], result).unwrap_or_else(|| values[1].clone());
            vec![Some(vec![state.clone(), element]), Some(vec![state])]
        }
        _ => vec![Some(vec![values[1].clone(), element]), None],
    }
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let mut state = Arc::clone(&call.values[1]);
    let length = |row: usize| if list.is_null(row) { 0 } else { range(list, row).len() };
    let longest = (0..call.rows).map(length).max().unwrap_or(0);
    let narrow = |n: usize| {
        u32::try_from(n).map_err(|_| exec_datafusion_err!("a batch has too many elements"))
    };
    // The n-th element of every row that has one, all rows at once.
    for n in 0..longest {
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        for row in (0..call.rows).filter(|row| length(*row) > n) {
            rows.push(narrow(row)?);
            places.push(narrow(range(list, row).start + n)?);
        }
        let (rows, places) = (UInt32Array::from(rows), UInt32Array::from(places));
        let parameters = [take(&state, &rows, None)?, take(list.values(), &places, None)?];
        let next = cast(&call.run(0, &parameters, &rows)?, state.data_type())?;
        let mut merged: Vec<(usize, usize)> = (0..call.rows).map(|row| (0, row)).collect();
        for (place, row) in rows.values().iter().enumerate() {
            merged[*row as usize] = (1, place);
        }
        state = interleave(&[&state, &next], &merged)?;
    }
    let rows: Result<Vec<u32>> =
        (0..call.rows).filter(|row| list.is_valid(*row)).map(narrow).collect();
    let rows = UInt32Array::from(rows?);
    let result = call.run(1, &[take(&state, &rows, None)?], &rows)?;
    if list.null_count() == 0 {
        return Ok(result);
    }
    let null = new_null_array(result.data_type(), 1);
    let mut merged = vec![(0, 0); call.rows];
    for (place, row) in rows.values().iter().enumerate() {
        merged[*row as usize] = (1, place);
    }
    Ok(interleave(&[&null, &result], &merged)?)
}
