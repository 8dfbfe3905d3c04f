//! `regexp_split(string, pattern) → array(varchar)`

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListBuilder, StringBuilder};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{compile, failed};

pub(super) fn function() -> ScalarUDF {
    Function::named("regexp_split")
        .takes(&[Type::Varchar, Type::Varchar], Type::Array(&Type::Varchar), evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in 0..rows.len() {
        if rows.skips(row) {
            builder.append_null();
            continue;
        }
        let text = texts.at(row);
        let mut after = 0;
        for found in compiled.get(patterns.at(row), compile)?.find_iter(text) {
            let found = found.map_err(|error| failed(&error))?;
            builder.values().append_value(&text[after..found.start()]);
            after = found.end();
        }
        builder.values().append_value(&text[after..]);
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}
