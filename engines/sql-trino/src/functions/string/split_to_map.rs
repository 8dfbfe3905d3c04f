//! `split_to_map(string, entryDelimiter, keyValueDelimiter) → map(varchar, varchar)`

use datafusion::arrow::array::{ArrayRef, StringBuilder};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::map::build;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("split_to_map")
        .takes(
            &[Type::Varchar, Type::Varchar, Type::Varchar],
            Type::Map(&Type::Varchar, &Type::Varchar),
            evaluate,
        )
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, entries, pairs) = (rows.text(0), rows.text(1), rows.text(2));
    let (mut keys, mut values) = (StringBuilder::new(), StringBuilder::new());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let (entry_delimiter, pair_delimiter) = (entries.at(row), pairs.at(row));
        if entry_delimiter.is_empty() || pair_delimiter.is_empty() {
            return Err(invalid_argument("entryDelimiter is empty"));
        }
        if entry_delimiter == pair_delimiter {
            return Err(invalid_argument(
                "entryDelimiter and keyValueDelimiter must not be the same",
            ));
        }
        let mut seen = std::collections::HashSet::new();
        for entry in texts.at(row).split(entry_delimiter).filter(|entry| !entry.is_empty()) {
            let Some((key, value)) = entry.split_once(pair_delimiter) else {
                return Err(invalid_argument(format!(
                    "Key-value delimiter must appear exactly once in each entry. Bad input: \
                     '{entry}'"
                )));
            };
            if !seen.insert(key) {
                return Err(invalid_argument(format!("Duplicate keys ({key}) are not allowed")));
            }
            keys.append_value(key);
            values.append_value(value);
        }
        lengths.push(seen.len());
    }
    let (keys, values) = (keys.finish(), values.finish());
    build::map(rows.returns(), std::sync::Arc::new(keys), std::sync::Arc::new(values), lengths)
}
