//! `is_json_scalar(json) → boolean`: whether it is a string, a number, a truth value or null.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::scan::{Kind, Value};

pub(super) fn function() -> ScalarUDF {
    Function::named("is_json_scalar").takes(&[Type::Json], Type::Boolean, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.booleans(|row| {
        let text = texts.at(row);
        let value = Value::parse(text)
            .ok_or_else(|| invalid_argument(format!("Invalid JSON value: {text}")))?;
        Ok(Some(!matches!(value.kind(), Kind::Object | Kind::Array)))
    })
}
