//! `combinations(array(E), n) → array(array(E))`: every choice of n elements, in the order of the
//! first element that differs.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Picks, element, range};

const SIZE_MAX: i64 = 5;
const RESULTS_MAX: usize = 100_000;

pub(super) fn function() -> ScalarUDF {
    Function::named("combinations").takes_any("array(T), bigint", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, size] = given else { return None };
    let list = list_of(element(list)?);
    size.is_integer().then(|| (vec![list.clone(), DataType::Int64], list_of(list)))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (list, sizes) = (rows.list(0), rows.long(1));
    let mut picks = Picks::default();
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for row in 0..rows.len() {
        valid.push(!rows.skips(row));
        if rows.skips(row) {
            lengths.push(0);
            continue;
        }
        let size = sizes.at(row);
        if size < 0 {
            return Err(invalid_argument(format!("combination size must not be negative: {size}")));
        }
        if size > SIZE_MAX {
            return Err(invalid_argument(format!(
                "combination size must not exceed {SIZE_MAX}: {size}"
            )));
        }
        lengths.push(choose(&mut picks, range(list, rows.index(0, row)), size as usize)?);
    }
    let inner = picks.finish(&[list.values()])?;
    let field = Arc::new(Field::new_list_field(inner.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(field, offsets, inner, Some(NullBuffer::from(valid)))?))
}

/// Picks every choice from a range; answers how many there were.
fn choose(picks: &mut Picks, range: std::ops::Range<usize>, size: usize) -> Result<usize> {
    let length = range.len();
    if size > length {
        return Ok(0);
    }
    let mut chosen: Vec<usize> = (0..size).collect();
    let mut count = 0;
    loop {
        chosen.iter().for_each(|at| picks.pick(0, range.start + at));
        picks.end_row();
        count += 1;
        if count > RESULTS_MAX {
            return Err(invalid_argument(format!(
                "combinations exceed max size: more than {RESULTS_MAX}"
            )));
        }
        // The last place that can move on does, and those after it follow close.
        let Some(place) = (0..size).rposition(|i| chosen[i] < length - size + i) else {
            return Ok(count);
        };
        chosen[place] += 1;
        for i in place + 1..size {
            chosen[i] = chosen[i - 1] + 1;
        }
    }
}
