//! `from_iso8601_date(string) → date`

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Date32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::{days, iso};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_iso8601_date").takes(&[Type::Varchar], Type::Date, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.make::<Date32Type>(|row| {
        let text = texts.at(row);
        let date = iso::date(text)
            .ok_or_else(|| invalid_argument(format!("Invalid format: \"{text}\"")))?;
        Ok(Some(days(date)))
    })
}
