//! `zip_with(array(T), array(U), function(T, U, R)) → array(R)`: the shorter is filled with NULL.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, UInt32Array};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::Field;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{Picks, element, range};
use super::super::scalar::list_of;
use super::call::{Call, HigherOrder, settled};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "zip_with",
        shown: "array(T), array(U), function(T, U, R)",
        lambdas: 1,
        values: |given| match given {
            [left, right] => Some(vec![list_of(element(left)?), list_of(element(right)?)]),
            _ => None,
        },
        parameters: |values, _| {
            let elements: Option<Vec<_>> = values.iter().map(element).collect();
            vec![elements]
        },
        returns: |_, lambdas| lambdas.first().cloned().map(list_of),
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let (left, right) = (call.values[0].as_list::<i32>(), call.values[1].as_list::<i32>());
    let mut picks = [Picks::default(), Picks::default()];
    let (mut rows, mut lengths) = (Vec::new(), Vec::new());
    for row in 0..call.rows {
        if left.is_null(row) || right.is_null(row) {
            lengths.push(0);
            continue;
        }
        let ranges = [range(left, row), range(right, row)];
        let longest = ranges[0].len().max(ranges[1].len());
        for n in 0..longest {
            for (range, picks) in ranges.iter().zip(&mut picks) {
                if n < range.len() { picks.pick(0, range.start + n) } else { picks.pick_null() }
            }
            let row = u32::try_from(row);
            rows.push(row.map_err(|_| exec_datafusion_err!("a batch has too many rows"))?);
        }
        lengths.push(longest);
    }
    let parameters = [picks[0].values(&[left.values()])?, picks[1].values(&[right.values()])?];
    let values = call.run(0, &parameters, &UInt32Array::from(rows))?;
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, nulls)?))
}
