//! `replace(string, search[, replace]) → varchar`: every occurrence, with nothing by default. An
//! empty search puts the replacement around every character.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("replace")
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, searches) = (rows.text(0), rows.text(1));
    let replacements = (rows.arguments() == 3).then(|| rows.text(2));
    rows.varchars(|row| {
        let with = replacements.as_ref().map_or("", |text| text.at(row));
        Ok(Some(texts.at(row).replace(searches.at(row), with)))
    })
}
