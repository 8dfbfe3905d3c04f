//! `array_max(array(E)) → E`: NULL of an empty array or one with a NULL.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Keys, Picks, element, range};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_max").takes_any("array(E)", resolve, |rows| extreme(rows, true)).finish()
}

pub(super) fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list] = given else { return None };
    let element = element(list)?;
    Some((vec![list_of(element.clone())], element))
}

pub(super) fn extreme(rows: &Rows, greatest: bool) -> Result<ArrayRef> {
    let list = rows.list(0);
    let values = list.values();
    let keys = Keys::of(values)?;
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        let entry = rows.index(0, row);
        let mut found = if rows.skips(row) { 0..0 } else { range(list, entry) };
        if found.clone().any(|i| values.is_null(i)) {
            found = 0..0;
        }
        let best = if greatest {
            found.max_by_key(|i| keys.at(*i))
        } else {
            found.min_by_key(|i| keys.at(*i))
        };
        match best {
            Some(index) => picks.pick(0, index),
            None => picks.pick_null(),
        }
    }
    picks.values(&[values])
}
