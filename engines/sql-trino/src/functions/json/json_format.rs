//! `json_format(json) → varchar`: the JSON's text.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("json_format").takes(&[Type::Json], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| Ok(Some(texts.at(row))))
}
