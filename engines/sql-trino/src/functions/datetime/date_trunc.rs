//! `date_trunc(unit, x) → [same as x]`, for dates and timestamps. Weeks begin on Monday.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::days;
use super::unit::Unit;

pub(super) fn function() -> ScalarUDF {
    Function::named("date_trunc")
        .takes(&[Type::Varchar, Type::Date], Type::Same(1), evaluate)
        .takes(&[Type::Varchar, Type::Timestamp], Type::Same(1), evaluate)
        .takes(&[Type::Varchar, Type::TimestampTz], Type::Same(1), evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (units, times) = (rows.text(0), rows.instant(1)?);
    let mut memo = Memo::default();
    if *rows.data_type(1) == DataType::Date32 {
        return rows.make::<Date32Type>(|row| {
            let unit = *memo.get(units.at(row), |name| Unit::parse(name, true))?;
            Ok(Some(days(unit.truncate(times.local(row)?).date())))
        });
    }
    rows.instants(|row| {
        let unit = *memo.get(units.at(row), |name| Unit::parse(name, false))?;
        Ok(Some(times.instant_of(unit.truncate(times.local(row)?))))
    })
}
