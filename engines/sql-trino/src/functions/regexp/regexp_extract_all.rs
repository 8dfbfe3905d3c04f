//! `regexp_extract_all(string, pattern[, group]) → array(varchar)`

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListBuilder, StringBuilder};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{checked_group, compile, failed, group};

pub(super) fn function() -> ScalarUDF {
    const FOUND: Type = Type::Array(&Type::Varchar);
    Function::named("regexp_extract_all")
        .takes(&[Type::Varchar, Type::Varchar], FOUND, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Bigint], FOUND, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let groups = (rows.arguments() == 3).then(|| rows.long(2));
    let mut compiled = Memo::default();
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in 0..rows.len() {
        if rows.skips(row) {
            builder.append_null();
            continue;
        }
        let regex = compiled.get(patterns.at(row), compile)?;
        let index = groups.as_ref().map_or(0, |groups| groups.at(row));
        checked_group(regex, index)?;
        for captures in regex.captures_iter(texts.at(row)) {
            let captures = captures.map_err(|error| failed(&error))?;
            builder.values().append_option(group(regex, &captures, index)?);
        }
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}
