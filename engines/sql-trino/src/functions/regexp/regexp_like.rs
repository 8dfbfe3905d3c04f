//! `regexp_like(string, pattern) → boolean`: whether it matches anywhere in the string.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{compile, failed};

pub(super) fn function() -> ScalarUDF {
    Function::named("regexp_like")
        .takes(&[Type::Varchar, Type::Varchar], Type::Boolean, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.booleans(|row| {
        let regex = compiled.get(patterns.at(row), compile)?;
        regex.is_match(texts.at(row)).map(Some).map_err(|error| failed(&error))
    })
}
