//! `array_remove(x, element) → array(E)`: without every element equal to it.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, rebuild, with_element};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_remove").takes_any("array(E), E", with_element, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let keys = Keys::of_all(&[rows.list(0).values(), rows.array(1)])?;
    rebuild(rows, |row, range, picks| {
        let unwanted = keys[1].at(rows.index(1, row));
        range.filter(|i| keys[0].at(*i) != unwanted).for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
