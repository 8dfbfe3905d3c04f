//! `parse_datetime(string, format) → timestamp(3) with time zone`, by Java's patterns. A text
//! without a zone is UTC; the instant is kept and shown in UTC.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::java;

pub(super) fn function() -> ScalarUDF {
    Function::named("parse_datetime")
        .takes(&[Type::Varchar, Type::Varchar], Type::TimestampTz, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.instants(|row| {
        let pattern = compiled.get(patterns.at(row), java::compile)?;
        let (time, zone) = pattern.read(texts.at(row))?;
        let instant = zone.map_or(time, |zone| zone.instant(time));
        Ok(Some(instant.and_utc().timestamp_micros()))
    })
}
