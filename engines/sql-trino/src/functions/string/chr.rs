//! `chr(n) → varchar`: the character of a Unicode code point.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("chr").takes(&[Type::Bigint], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let points = rows.long(0);
    rows.varchars(|row| {
        let point = points.at(row);
        let c = u32::try_from(point).ok().and_then(char::from_u32);
        let c =
            c.ok_or_else(|| invalid_argument(format!("Not a valid Unicode code point: {point}")))?;
        Ok(Some(c.to_string()))
    })
}
