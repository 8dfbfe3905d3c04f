//! `split_part(string, delimiter, index) → varchar`: the part counted from one, NULL beyond.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("split_part")
        .takes(&[Type::Varchar, Type::Varchar, Type::Bigint], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, delimiters, indices) = (rows.text(0), rows.text(1), rows.long(2));
    rows.varchars(|row| {
        let (text, delimiter, index) = (texts.at(row), delimiters.at(row), indices.at(row));
        let Some(index) = usize::try_from(index).ok().and_then(|index| index.checked_sub(1)) else {
            return Err(invalid_argument("Index must be greater than zero"));
        };
        // Nothing between characters divides them one by one.
        if delimiter.is_empty() {
            return Ok(text.char_indices().nth(index).map(|(at, c)| &text[at..at + c.len_utf8()]));
        }
        Ok(text.split(delimiter).nth(index))
    })
}
