//! `json_size(json, path) → bigint`: members of an object, elements of an array, 0 of a scalar.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::path::Path;
use super::scan::{Kind, Value};

pub(super) fn function() -> ScalarUDF {
    Function::named("json_size")
        .takes(&[Type::Json, Type::Varchar], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, paths) = (rows.text(0), rows.text(1));
    let mut memo = Memo::default();
    rows.longs(|row| {
        let path = memo.get(paths.at(row), Path::parse)?;
        let found = Value::parse(texts.at(row)).and_then(|value| path.find(value));
        Ok(found.and_then(|value| match value.kind() {
            Kind::Object => i64::try_from(value.members().count()).ok(),
            Kind::Array => i64::try_from(value.elements().count()).ok(),
            _ => Some(0),
        }))
    })
}
