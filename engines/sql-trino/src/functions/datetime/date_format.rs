//! `date_format(timestamp, format) → varchar`, by MySQL's patterns.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::mysql;
use super::zone::Zone;

pub(super) fn function() -> ScalarUDF {
    Function::named("date_format")
        .takes(&[Type::Timestamp, Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::TimestampTz, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (times, patterns) = (rows.instant(0)?, rows.text(1));
    let zone = times.zone.map_or_else(|| Zone::parse("UTC"), Ok)?;
    let mut compiled = Memo::default();
    rows.varchars(|row| {
        let pattern = compiled.get(patterns.at(row), mysql::compile)?;
        Ok(Some(pattern.print(times.local(row)?, zone)))
    })
}
