//! `from_unixtime(unixtime) → timestamp(3) with time zone`, rounded to milliseconds, in UTC. With
//! a zone or an offset it is rewritten to `at_timezone` of this.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_unixtime").takes(&[Type::Double], Type::TimestampTz, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let seconds = rows.double(0);
    rows.instants(|row| {
        let millis = (seconds.at(row) * 1000.0).round();
        // Years beyond this are no timestamps.
        if millis.is_nan() || millis.abs() > 8.64e15 {
            return Err(invalid_argument("Unix time is out of the range of timestamps"));
        }
        Ok(Some(millis as i64 * 1000))
    })
}
