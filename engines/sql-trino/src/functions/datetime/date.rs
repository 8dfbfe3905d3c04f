//! `date(x) → date`, the day of a text `2024-02-03` or of a timestamp.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Date32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_cast;
use super::super::scalar::{Function, Rows, Type};
use super::{days, iso};

pub(super) fn function() -> ScalarUDF {
    Function::named("date")
        .takes(&[Type::Date], Type::Date, of_time)
        .takes(&[Type::Varchar], Type::Date, of_text)
        .takes(&[Type::Timestamp], Type::Date, of_time)
        .takes(&[Type::TimestampTz], Type::Date, of_time)
        .finish()
}

fn of_time(rows: &Rows) -> Result<ArrayRef> {
    let times = rows.instant(0)?;
    rows.make::<Date32Type>(|row| Ok(Some(days(times.local(row)?.date()))))
}

fn of_text(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.make::<Date32Type>(|row| {
        let text = texts.at(row);
        let date = iso::date(text.trim())
            .ok_or_else(|| invalid_cast(format!("Value cannot be cast to date: {text}")))?;
        Ok(Some(days(date)))
    })
}
