//! `flatten(array(array(E))) → array(E)`: NULL inner arrays are skipped.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Picks, element, list, range};

pub(super) fn function() -> ScalarUDF {
    Function::named("flatten").takes_any("array(array(E))", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [outer] = given else { return None };
    let inner = list_of(element(&element(outer)?)?);
    Some((vec![list_of(inner.clone())], inner))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let outer = rows.list(0);
    let inner = list(outer.values());
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.null_row();
            continue;
        }
        for i in range(outer, rows.index(0, row)).filter(|i| inner.is_valid(*i)) {
            range(inner, i).for_each(|j| picks.pick(0, j));
        }
        picks.end_row();
    }
    picks.finish(&[inner.values()])
}
