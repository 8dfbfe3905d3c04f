//! `from_iso8601_timestamp(string) → timestamp(3) with time zone`; without an offset it is UTC.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::iso;

pub(super) fn function() -> ScalarUDF {
    Function::named("from_iso8601_timestamp")
        .alias("from_iso8601_timestamp_nanos")
        .takes(&[Type::Varchar], Type::TimestampTz, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.instants(|row| {
        let text = texts.at(row);
        let (time, zone) = iso::timestamp(text)
            .ok_or_else(|| invalid_argument(format!("Invalid format: \"{text}\"")))?;
        let instant = zone.map_or(time, |zone| zone.instant(time));
        Ok(Some(instant.and_utc().timestamp_micros()))
    })
}
