//! `date_parse(string, format) → timestamp(3)`, by MySQL's patterns.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::mysql;

pub(super) fn function() -> ScalarUDF {
    Function::named("date_parse")
        .takes(&[Type::Varchar, Type::Varchar], Type::Timestamp, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.instants(|row| {
        let pattern = compiled.get(patterns.at(row), mysql::compile)?;
        let (time, _) = pattern.read(texts.at(row))?;
        Ok(Some(time.and_utc().timestamp_micros()))
    })
}
