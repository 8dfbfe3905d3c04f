//! `regexp_count(string, pattern) → bigint`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{compile, failed};

pub(super) fn function() -> ScalarUDF {
    Function::named("regexp_count")
        .takes(&[Type::Varchar, Type::Varchar], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.longs(|row| {
        let mut count = 0;
        for found in compiled.get(patterns.at(row), compile)?.find_iter(texts.at(row)) {
            found.map_err(|error| failed(&error))?;
            count += 1;
        }
        Ok(Some(count))
    })
}
