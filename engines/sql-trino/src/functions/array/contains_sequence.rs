//! `contains_sequence(array(E), array(E)) → boolean`: whether the second stands in the first as it
//! is.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, range, two};

pub(super) fn function() -> ScalarUDF {
    Function::named("contains_sequence")
        .takes_any(
            "array(T), array(T)",
            |given| two(given).map(|(types, _)| (types, DataType::Boolean)),
            evaluate,
        )
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (whole, part) = (rows.list(0), rows.list(1));
    let keys = Keys::of_all(&[whole.values(), part.values()])?;
    rows.booleans(|row| {
        let whole = range(whole, rows.index(0, row));
        let part = range(part, rows.index(1, row));
        let length = part.len();
        let found = (whole.start..=whole.end)
            .take_while(|start| start + length <= whole.end)
            .any(|start| (0..length).all(|i| keys[0].at(start + i) == keys[1].at(part.start + i)));
        Ok(Some(found))
    })
}
