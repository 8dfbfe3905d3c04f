//! `json_array_length(json) → bigint`: NULL when it is no array.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::scan::{Kind, Value};

pub(super) fn function() -> ScalarUDF {
    Function::named("json_array_length").takes(&[Type::Json], Type::Bigint, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.longs(|row| {
        let array = Value::parse(texts.at(row)).filter(|value| value.kind() == Kind::Array);
        Ok(array.and_then(|array| i64::try_from(array.elements().count()).ok()))
    })
}
