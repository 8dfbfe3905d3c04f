//! `from_hex(string) → varbinary`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_hex")
        .takes(&[Type::Varchar], Type::Varbinary, evaluate)
        .takes(&[Type::Varbinary], Type::Varbinary, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let is_text = rows.data_type(0).is_string();
    rows.binaries(|row| {
        let input = if is_text { rows.text(0).at(row).as_bytes() } else { rows.binary(0).at(row) };
        hex::decode(input).map(Some).map_err(|error| invalid_argument(error.to_string()))
    })
}
