//! `json_array_get(json_array, index) → json`: from zero, negative from the end, NULL beyond.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::scan::{Kind, Value};

pub(super) fn function() -> ScalarUDF {
    Function::named("json_array_get")
        .takes(&[Type::Json, Type::Bigint], Type::Json, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, indices) = (rows.text(0), rows.long(1));
    rows.varchars(|row| {
        let array = Value::parse(texts.at(row)).filter(|value| value.kind() == Kind::Array);
        let Some(array) = array else { return Ok(None) };
        let index = indices.at(row);
        let place = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let at = if index < 0 { array.elements().count().checked_sub(place) } else { Some(place) };
        let found = at.and_then(|at| array.elements().nth(at));
        Ok(found.filter(|value| value.kind() != Kind::Null).map(|value| value.canonical(false)))
    })
}
