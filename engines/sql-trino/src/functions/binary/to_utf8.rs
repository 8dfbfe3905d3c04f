//! `to_utf8(string) → varbinary`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("to_utf8").takes(&[Type::Varchar], Type::Varbinary, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.binaries(|row| Ok(Some(texts.at(row).as_bytes())))
}
