//! `json_array_contains(json, value) → boolean`: NULL when it is no array.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::scan::{Kind, Value};

pub(super) fn function() -> ScalarUDF {
    Function::named("json_array_contains")
        .takes(&[Type::Json, Type::Boolean], Type::Boolean, |rows| {
            let wanted = rows.boolean(1);
            contains(rows, |value, row| {
                value.kind() == Kind::Boolean && (value.raw() == "true") == wanted.at(row)
            })
        })
        .takes(&[Type::Json, Type::Bigint], Type::Boolean, |rows| {
            let wanted = rows.long(1);
            contains(rows, |value, row| value.raw().parse() == Ok(wanted.at(row)))
        })
        .takes(&[Type::Json, Type::Double], Type::Boolean, |rows| {
            let wanted = rows.double(1);
            contains(rows, |value, row| {
                value.kind() == Kind::Number && value.raw().parse() == Ok(wanted.at(row))
            })
        })
        .takes(&[Type::Json, Type::Varchar], Type::Boolean, |rows| {
            let wanted = rows.text(1);
            contains(rows, |value, row| {
                value.kind() == Kind::Text
                    && value.scalar().is_some_and(|text| text == wanted.at(row))
            })
        })
        .finish()
}

fn contains(rows: &Rows, equal: impl Fn(Value<'_>, usize) -> bool) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.booleans(|row| {
        let array = Value::parse(texts.at(row)).filter(|value| value.kind() == Kind::Array);
        Ok(array.map(|array| array.elements().any(|value| equal(value, row))))
    })
}
