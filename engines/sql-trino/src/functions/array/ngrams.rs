//! `ngrams(array(E), n) → array(array(E))`: every run of n neighbours; the whole when it is
//! shorter.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Picks, element, range};

pub(super) fn function() -> ScalarUDF {
    Function::named("ngrams").takes_any("array(E), bigint", resolve, evaluate).finish()
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
        let Some(size) = usize::try_from(sizes.at(row)).ok().filter(|size| *size > 0) else {
            return Err(invalid_argument("N must be positive"));
        };
        let range = range(list, rows.index(0, row));
        let size = size.min(range.len());
        let runs = range.len() - size + 1;
        for start in range.start..range.start + runs {
            (start..start + size).for_each(|i| picks.pick(0, i));
            picks.end_row();
        }
        lengths.push(runs);
    }
    let inner = picks.finish(&[list.values()])?;
    let field = Arc::new(Field::new_list_field(inner.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(field, offsets, inner, Some(NullBuffer::from(valid)))?))
}
