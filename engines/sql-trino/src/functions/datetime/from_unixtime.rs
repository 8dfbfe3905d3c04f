//! `from_unixtime(unixtime[, zone]) → timestamp(3) with time zone`, rounded to milliseconds. The
//! zone is read and refused if unknown; the instant is shown in UTC.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::zone::Zone;

pub(super) fn function() -> ScalarUDF {
    Function::named("from_unixtime")
        .takes(&[Type::Double], Type::TimestampTz, evaluate)
        .takes(&[Type::Double, Type::Varchar], Type::TimestampTz, evaluate)
        .takes(&[Type::Double, Type::Bigint, Type::Bigint], Type::TimestampTz, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let seconds = rows.double(0);
    let mut zones = Memo::default();
    rows.instants(|row| {
        if rows.arguments() == 2 {
            zones.get(rows.text(1).at(row), Zone::parse)?;
        }
        let millis = (seconds.at(row) * 1000.0).round();
        // Years beyond this are no timestamps.
        if millis.is_nan() || millis.abs() > 8.64e15 {
            return Err(invalid_argument("Unix time is out of the range of timestamps"));
        }
        Ok(Some(millis as i64 * 1000))
    })
}
