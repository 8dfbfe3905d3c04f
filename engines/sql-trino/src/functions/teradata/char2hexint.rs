//! `char2hexint(string) → varchar`: the text's UTF-16 code units in hexadecimal.

use std::fmt::Write as _;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("char2hexint").takes(&[Type::Varchar], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| {
        let mut out = String::new();
        for unit in texts.at(row).encode_utf16() {
            let _ = write!(out, "{unit:04X}");
        }
        Ok(Some(out))
    })
}
