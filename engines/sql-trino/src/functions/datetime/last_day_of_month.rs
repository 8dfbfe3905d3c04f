//! `last_day_of_month(x) → date`

use chrono::{Datelike, Months};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Date32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::days;

pub(super) fn function() -> ScalarUDF {
    Function::named("last_day_of_month")
        .takes(&[Type::Date], Type::Date, evaluate)
        .takes(&[Type::Timestamp], Type::Date, evaluate)
        .takes(&[Type::TimestampTz], Type::Date, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let times = rows.instant(0)?;
    rows.make::<Date32Type>(|row| {
        let date = times.local(row)?.date();
        let next = date.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        let last = next.and_then(|next| next.pred_opt());
        Ok(Some(days(last.ok_or_else(|| invalid_argument("date is out of range"))?)))
    })
}
