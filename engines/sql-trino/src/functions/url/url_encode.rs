//! `url_encode(value) → varchar`: as forms are encoded, a blank as `+`.

use std::fmt::Write as _;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("url_encode").takes(&[Type::Varchar], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| {
        let mut out = String::new();
        for byte in texts.at(row).bytes() {
            match byte {
                b' ' => out.push('+'),
                b'-' | b'_' | b'.' | b'*' => out.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
                byte => write!(out, "%{byte:02X}").expect("a string takes any text"),
            }
        }
        Ok(Some(out))
    })
}
