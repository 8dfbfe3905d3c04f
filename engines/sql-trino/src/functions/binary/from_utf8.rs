//! `from_utf8(binary[, replace]) → varchar`: bytes that are no text become U+FFFD, or the one
//! character given, or nothing if it is empty.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("from_utf8")
        .takes(&[Type::Varbinary], Type::Varchar, evaluate)
        .takes(&[Type::Varbinary, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    let replacements = (rows.arguments() == 2).then(|| rows.text(1));
    rows.varchars(|row| {
        let with = replacements.as_ref().map_or("\u{fffd}", |texts| texts.at(row));
        if with.chars().count() > 1 {
            return Err(invalid_argument(
                "Replacement character string must empty or a single character",
            ));
        }
        let mut out = String::new();
        for chunk in bytes.at(row).utf8_chunks() {
            out.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                out.push_str(with);
            }
        }
        Ok(Some(out))
    })
}
