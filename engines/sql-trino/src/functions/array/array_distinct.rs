//! `array_distinct(array(E)) → array(E)`, in the order of first appearance.

use std::collections::HashSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, one, rebuild};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_distinct").takes_any("array(E)", one, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let keys = Keys::of(rows.list(0).values())?;
    rebuild(rows, |_, range, picks| {
        let mut seen = HashSet::new();
        range.filter(|i| seen.insert(keys.at(*i))).for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
