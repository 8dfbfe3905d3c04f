//! `json_parse(string) → json`: members come out in the order of their names.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::scan::Value;

pub(super) fn function() -> ScalarUDF {
    Function::named("json_parse").takes(&[Type::Varchar], Type::Json, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| {
        let text = texts.at(row);
        let value = Value::parse(text)
            .ok_or_else(|| invalid_argument(format!("Cannot convert value to JSON: '{text}'")))?;
        Ok(Some(value.canonical(true)))
    })
}
