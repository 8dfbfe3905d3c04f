//! `map(array(K), array(V)) → map(K, V)`, `map() → map(unknown, unknown)`.

use std::collections::HashSet;

use datafusion::arrow::array::{Array, ArrayRef, new_empty_array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::{Keys, Picks, element, range};
use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of, map_of};
use super::build;

pub(super) fn function() -> ScalarUDF {
    Function::named("map")
        // The planner takes `map` without two arrays for something else.
        .alias("$map")
        .takes_any("", nothing, empty)
        .takes_any("array(K), array(V)", arrays, evaluate)
        .finish()
}

fn nothing(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    given.is_empty().then(|| (Vec::new(), map_of(DataType::Utf8, DataType::Utf8)))
}

fn arrays(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [keys, values] = given else { return None };
    let (key, value) = (element(keys)?, element(values)?);
    // A key of NULL type is of an empty array, for which any type will do.
    let key = if key.is_null() { DataType::Utf8 } else { key };
    Some((vec![list_of(key.clone()), list_of(value.clone())], map_of(key, value)))
}

fn empty(rows: &Rows) -> Result<ArrayRef> {
    let mut lengths = build::Lengths::default();
    (0..rows.len()).for_each(|_| lengths.push(0));
    let none = || new_empty_array(&DataType::Utf8);
    build::map(rows.returns(), none(), none(), lengths)
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (key_list, value_list) = (rows.list(0), rows.list(1));
    let encoded = Keys::of(key_list.values())?;
    let (mut keys, mut values) = (Picks::default(), Picks::default());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let own = range(key_list, rows.index(0, row));
        let theirs = range(value_list, rows.index(1, row));
        if own.len() != theirs.len() {
            return Err(invalid_argument("Key and value arrays must be the same length"));
        }
        let mut seen = HashSet::new();
        for (k, v) in own.clone().zip(theirs) {
            if key_list.values().is_null(k) {
                return Err(invalid_argument("map key cannot be null"));
            }
            if !seen.insert(encoded.at(k)) {
                return Err(duplicate(key_list.values(), k));
            }
            keys.pick(0, k);
            values.pick(0, v);
        }
        lengths.push(own.len());
    }
    let keys = keys.values(&[key_list.values()])?;
    let values = values.values(&[value_list.values()])?;
    build::map(rows.returns(), keys, values, lengths)
}

/// A key is there twice.
pub(crate) fn duplicate(keys: &ArrayRef, index: usize) -> datafusion::error::DataFusionError {
    let key = datafusion::arrow::util::display::array_value_to_string(keys, index);
    invalid_argument(format!("Duplicate map keys ({}) are not allowed", key.unwrap_or_default()))
}
