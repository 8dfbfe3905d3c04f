//! `$listagg(text)`: what LISTAGG put together, refused when it is longer than that may be.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

const BYTES_MAX: usize = 1 << 20;

pub(super) fn function() -> ScalarUDF {
    Function::named("$listagg").takes(&[Type::Varchar], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| {
        let text = texts.at(row);
        if text.len() > BYTES_MAX {
            return Err(invalid_argument(format!(
                "Concatenated string has the length in bytes larger than the maximum output \
                 length {BYTES_MAX}"
            )));
        }
        Ok(Some(text.to_owned()))
    })
}
