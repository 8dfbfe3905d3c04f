//! `codepoint(string) → integer`: the code point of a string of one character.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("codepoint").takes(&[Type::Varchar], Type::Integer, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.make::<Int32Type>(|row| {
        let mut chars = texts.at(row).chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(i32::try_from(u32::from(c)).ok()),
            _ => Err(invalid_argument("Input string must be a single character string")),
        }
    })
}
