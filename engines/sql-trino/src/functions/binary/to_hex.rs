//! `to_hex(binary) → varchar`, in capital letters.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("to_hex").takes(&[Type::Varbinary], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.varchars(|row| Ok(Some(hex::encode_upper(bytes.at(row)))))
}
