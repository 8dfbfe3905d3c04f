//! `date_diff(unit, timestamp1, timestamp2) → bigint`: whole units from the first to the second.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::unit::Unit;

pub(super) fn function() -> ScalarUDF {
    Function::named("date_diff")
        .takes(&[Type::Varchar, Type::Date, Type::Date], Type::Bigint, evaluate)
        .takes(&[Type::Varchar, Type::Timestamp, Type::Timestamp], Type::Bigint, evaluate)
        .takes(&[Type::Varchar, Type::TimestampTz, Type::TimestampTz], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (units, from, to) = (rows.text(0), rows.instant(1)?, rows.instant(2)?);
    let mut memo = Memo::default();
    let of_dates = *rows.data_type(1) == DataType::Date32;
    rows.longs(|row| {
        let unit = *memo.get(units.at(row), |name| Unit::parse(name, of_dates))?;
        Ok(Some(unit.between(from.local(row)?, to.local(row)?)))
    })
}
