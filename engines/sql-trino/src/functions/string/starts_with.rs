//! `starts_with(string, substring) → boolean`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("starts_with")
        .takes(&[Type::Varchar, Type::Varchar], Type::Boolean, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, prefixes) = (rows.text(0), rows.text(1));
    rows.booleans(|row| Ok(Some(texts.at(row).starts_with(prefixes.at(row)))))
}
