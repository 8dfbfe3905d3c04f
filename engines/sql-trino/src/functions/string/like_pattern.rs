//! `$like_pattern(pattern[, escape])`: a pattern of LIKE that is no literal, with the backslash as
//! its escape character, which is how the engine reads it.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use crate::rewrite::escaped_pattern;

pub(super) fn function() -> ScalarUDF {
    Function::named("$like_pattern")
        .takes(&[Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let patterns = rows.text(0);
    let escapes = (rows.arguments() == 2).then(|| rows.text(1));
    rows.varchars(|row| {
        let escape = escapes.as_ref().map(|text| text.at(row));
        Ok(Some(escaped_pattern(patterns.at(row), escape)?))
    })
}
