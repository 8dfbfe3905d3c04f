//! `array_intersect(x, y) → array(E)`: elements in both, without duplicates.

use std::collections::HashSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, range, rebuild, two};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_intersect").takes_any("array(E), array(E)", two, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let other = rows.list(1);
    let keys = Keys::of_all(&[rows.list(0).values(), other.values()])?;
    rebuild(rows, |row, own, picks| {
        let mut wanted: HashSet<_> =
            range(other, rows.index(1, row)).map(|i| keys[1].at(i)).collect();
        own.filter(|i| wanted.remove(&keys[0].at(*i))).for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
