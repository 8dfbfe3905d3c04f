//! `array_sort(array(E)) → array(E)`: ascending, NULLs last. With a comparing lambda: see
//! `lambda/`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, one, rebuild};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_sort").takes_any("array(E)", one, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let keys = Keys::of(rows.list(0).values())?;
    rebuild(rows, |_, range, picks| {
        let mut order: Vec<usize> = range.collect();
        order.sort_by(|l, r| keys.at(*l).cmp(&keys.at(*r)));
        order.into_iter().for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
