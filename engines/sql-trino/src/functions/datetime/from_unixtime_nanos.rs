//! `from_unixtime_nanos(unixtime) → timestamp(9) with time zone`, in UTC.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Int64Type, TimeUnit, TimestampNanosecondType,
};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_unixtime_nanos").takes_any("bigint", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [number] = given else { return None };
    let number = match number {
        DataType::Decimal128(..) => number.clone(),
        number if number.is_integer() || number.is_null() => DataType::Int64,
        _ => return None,
    };
    let utc = Some(Arc::from("UTC"));
    Some((vec![number], DataType::Timestamp(TimeUnit::Nanosecond, utc)))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let values = rows.array(0);
    rows.make::<TimestampNanosecondType>(|row| {
        let at = rows.index(0, row);
        match values.data_type() {
            DataType::Decimal128(_, scale) => {
                let divisor = 10_i128.pow(u32::try_from(*scale).unwrap_or(0));
                let value = values.as_primitive::<Decimal128Type>().value(at);
                let half = if value < 0 { -divisor / 2 } else { divisor / 2 };
                let nanos = i64::try_from((value + half) / divisor);
                nanos.map(Some).map_err(|_| invalid_argument("unixTimeNanos is out of range"))
            }
            _ => Ok(Some(values.as_primitive::<Int64Type>().value(at))),
        }
    })
}
