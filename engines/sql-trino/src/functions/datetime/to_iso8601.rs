//! `to_iso8601(x) → varchar`: `2024-02-03`, `2024-02-03T10:20:30.000`, with `Z` or an offset.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::zone::offset_text;

pub(super) fn function() -> ScalarUDF {
    Function::named("to_iso8601")
        .takes(&[Type::Date], Type::Varchar, evaluate)
        .takes(&[Type::Timestamp], Type::Varchar, evaluate)
        .takes(&[Type::TimestampTz], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    use datafusion::arrow::datatypes::TimeUnit as U;
    let times = rows.instant(0)?;
    let digits = match rows.data_type(0) {
        DataType::Timestamp(U::Second, _) => "%.0f",
        DataType::Timestamp(U::Millisecond, _) => "%.3f",
        _ => "%.6f",
    };
    let of_date = *rows.data_type(0) == DataType::Date32;
    rows.varchars(|row| {
        let local = times.local(row)?;
        if of_date {
            return Ok(Some(local.format("%Y-%m-%d").to_string()));
        }
        let text = local.format(&format!("%Y-%m-%dT%H:%M:%S{digits}")).to_string();
        let offset = match times.zone {
            None => String::new(),
            Some(zone) => match zone.offset(zone.instant(local)) {
                0 => "Z".to_owned(),
                seconds => offset_text(seconds, ":"),
            },
        };
        Ok(Some(text + &offset))
    })
}
