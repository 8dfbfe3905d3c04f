//! `date_add(unit, value, x) → [same as x]`. The day of month is clipped to the month's last.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::days;
use super::unit::Unit;

pub(super) fn function() -> ScalarUDF {
    Function::named("date_add")
        .takes(&[Type::Varchar, Type::Bigint, Type::Date], Type::Same(2), evaluate)
        .takes(&[Type::Varchar, Type::Bigint, Type::Timestamp], Type::Same(2), evaluate)
        .takes(&[Type::Varchar, Type::Bigint, Type::TimestampTz], Type::Same(2), evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (units, counts, times) = (rows.text(0), rows.long(1), rows.instant(2)?);
    let mut memo = Memo::default();
    let overflow = |row| invalid_argument(format!("{} is too many units to add", counts.at(row)));
    if *rows.data_type(2) == DataType::Date32 {
        return rows.make::<Date32Type>(|row| {
            let unit = *memo.get(units.at(row), |name| Unit::parse(name, true))?;
            let moved = unit.add(times.local(row)?, counts.at(row));
            Ok(Some(days(moved.ok_or_else(|| overflow(row))?.date())))
        });
    }
    rows.instants(|row| {
        let unit = *memo.get(units.at(row), |name| Unit::parse(name, false))?;
        // Hours are hours of the instant; days and more are of the calendar on the wall.
        if unit.is_of_clock()
            && let Some(utc) = chrono::DateTime::from_timestamp_micros(times.micros(row))
        {
            let moved = unit.add(utc.naive_utc(), counts.at(row));
            return Ok(Some(moved.ok_or_else(|| overflow(row))?.and_utc().timestamp_micros()));
        }
        let moved = unit.add(times.local(row)?, counts.at(row));
        Ok(Some(times.instant_of(moved.ok_or_else(|| overflow(row))?)))
    })
}
