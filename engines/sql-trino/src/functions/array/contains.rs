//! `contains(x, element) → boolean`: NULL when absent and the array has a NULL.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, range, with_element};

pub(super) fn function() -> ScalarUDF {
    Function::named("contains").takes_any("array(E), E", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    with_element(given).map(|(types, _)| (types, DataType::Boolean))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    let keys = Keys::of_all(&[list.values(), rows.array(1)])?;
    rows.booleans(|row| {
        let wanted = keys[1].at(rows.index(1, row));
        let range = range(list, rows.index(0, row));
        if range.clone().any(|i| keys[0].at(i) == wanted) {
            return Ok(Some(true));
        }
        let unknown = range.clone().any(|i| list.values().is_null(i));
        Ok((!unknown).then_some(false))
    })
}
