//! `from_base(string, radix) → bigint`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_base")
        .takes(&[Type::Varchar, Type::Bigint], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, radixes) = (rows.text(0), rows.long(1));
    rows.longs(|row| {
        let (text, radix) = (texts.at(row), radix(radixes.at(row))?);
        i64::from_str_radix(text, radix)
            .map(Some)
            .map_err(|_| invalid_argument(format!("Not a valid base-{radix} number: {text}")))
    })
}

pub(super) fn radix(radix: i64) -> Result<u32> {
    u32::try_from(radix)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| invalid_argument("Radix must be between 2 and 36"))
}
