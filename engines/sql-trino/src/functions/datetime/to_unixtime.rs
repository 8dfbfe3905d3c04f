//! `to_unixtime(timestamp) → double`, in seconds.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("to_unixtime")
        .takes(&[Type::Timestamp], Type::Double, evaluate)
        .takes(&[Type::TimestampTz], Type::Double, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let times = rows.instant(0)?;
    rows.doubles(|row| Ok(Some(times.micros(row) as f64 / 1e6)))
}
