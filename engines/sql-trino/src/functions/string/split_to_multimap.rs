//! `split_to_multimap(string, entryDelimiter, keyValueDelimiter) → map(varchar, array(varchar))`

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListBuilder, StringBuilder};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::map::build;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("split_to_multimap")
        .takes(
            &[Type::Varchar, Type::Varchar, Type::Varchar],
            Type::Map(&Type::Varchar, &Type::Array(&Type::Varchar)),
            evaluate,
        )
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, entries, pairs) = (rows.text(0), rows.text(1), rows.text(2));
    let mut keys = StringBuilder::new();
    let mut values = ListBuilder::new(StringBuilder::new());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let (entry_delimiter, pair_delimiter) = (entries.at(row), pairs.at(row));
        if entry_delimiter.is_empty() {
            return Err(invalid_argument("entryDelimiter is empty"));
        }
        if pair_delimiter.is_empty() {
            return Err(invalid_argument("keyValueDelimiter is empty"));
        }
        if entry_delimiter == pair_delimiter {
            return Err(invalid_argument(
                "entryDelimiter and keyValueDelimiter must not be the same",
            ));
        }
        // Keys in the order they first appear.
        let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places = HashMap::new();
        for entry in texts.at(row).split(entry_delimiter).filter(|entry| !entry.is_empty()) {
            let parts = entry.split_once(pair_delimiter);
            let Some((key, value)) = parts.filter(|(_, v)| !v.contains(pair_delimiter)) else {
                return Err(invalid_argument(format!(
                    "Key-value delimiter must appear exactly once in each entry. Bad input: {entry}"
                )));
            };
            let place = *places.entry(key).or_insert(found.len());
            if place == found.len() {
                found.push((key, Vec::new()));
            }
            found[place].1.push(value);
        }
        lengths.push(found.len());
        for (key, of_key) in found {
            keys.append_value(key);
            of_key.into_iter().for_each(|value| values.values().append_value(value));
            values.append(true);
        }
    }
    build::map(rows.returns(), Arc::new(keys.finish()), Arc::new(values.finish()), lengths)
}
