//! `length(string) → bigint` in characters, `length(varbinary) → bigint` in bytes.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("length")
        .alias("char_length")
        .alias("character_length")
        .takes(&[Type::Varchar], Type::Bigint, of_text)
        .takes(&[Type::Varbinary], Type::Bigint, of_binary)
        .finish()
}

fn of_text(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.longs(|row| {
        let text = texts.at(row);
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        Ok(i64::try_from(length).ok())
    })
}

fn of_binary(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.longs(|row| Ok(i64::try_from(bytes.at(row).len()).ok()))
}
