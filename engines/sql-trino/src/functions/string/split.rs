//! `split(string, delimiter[, limit]) → array(varchar)`; with a limit the last part is the rest.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListBuilder, StringBuilder};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    const PARTS: Type = Type::Array(&Type::Varchar);
    Function::named("split")
        .takes(&[Type::Varchar, Type::Varchar], PARTS, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Bigint], PARTS, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, delimiters) = (rows.text(0), rows.text(1));
    let limits = (rows.arguments() == 3).then(|| rows.long(2));
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in 0..rows.len() {
        if rows.skips(row) {
            builder.append_null();
            continue;
        }
        let (text, delimiter) = (texts.at(row), delimiters.at(row));
        if delimiter.is_empty() {
            return Err(invalid_argument("The delimiter may not be the empty string"));
        }
        let limit = limits.as_ref().map_or(i64::MAX, |limits| limits.at(row));
        if limit <= 0 {
            return Err(invalid_argument("Limit must be positive"));
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        for part in text.splitn(limit, delimiter) {
            builder.values().append_value(part);
        }
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}
