//! `regexp_extract(string, pattern[, group]) → varchar`: of the first match, NULL if there is none.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{checked_group, compile, failed, group};

pub(super) fn function() -> ScalarUDF {
    Function::named("regexp_extract")
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Bigint], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let groups = (rows.arguments() == 3).then(|| rows.long(2));
    let mut compiled = Memo::default();
    rows.varchars(|row| {
        let regex = compiled.get(patterns.at(row), compile)?;
        let index = groups.as_ref().map_or(0, |groups| groups.at(row));
        checked_group(regex, index)?;
        match regex.captures(texts.at(row)).map_err(|error| failed(&error))? {
            Some(captures) => group(regex, &captures, index),
            None => Ok(None),
        }
    })
}
