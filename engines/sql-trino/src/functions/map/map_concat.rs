//! `map_concat(map1, map2, …) → map(K, V)`: of a key in several the last one's value.

use std::collections::HashMap;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::{Keys, Picks, unify};
use super::super::scalar::{Function, Rows, map_of};
use super::build;

pub(super) fn function() -> ScalarUDF {
    Function::named("map_concat").takes_any("map(K, V), map(K, V), ...", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let types: Option<Vec<_>> = given.iter().map(build::types).collect();
    let mut types = types.filter(|types| types.len() >= 2)?.into_iter();
    let first = types.next()?;
    let (key, value) = types
        .try_fold(first, |(key, value), (k, v)| Some((unify(&key, &k)?, unify(&value, &v)?)))?;
    let map = map_of(key, value);
    Some((vec![map.clone(); given.len()], map))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let maps: Vec<_> = (0..rows.arguments()).map(|argument| rows.map(argument)).collect();
    let key_columns: Vec<&ArrayRef> = maps.iter().map(|map| map.keys()).collect();
    let value_columns: Vec<&ArrayRef> = maps.iter().map(|map| map.values()).collect();
    let encoded = Keys::of_all(&key_columns)?;
    let (mut keys, mut values) = (Picks::default(), Picks::default());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        // Keys stay where they first appeared.
        let mut places = HashMap::new();
        let mut entries: Vec<(usize, usize)> = Vec::new();
        for (source, map) in maps.iter().enumerate() {
            for i in build::range(map, rows.index(source, row)) {
                let place = *places.entry(encoded[source].at(i)).or_insert(entries.len());
                if place == entries.len() {
                    entries.push((source, i));
                } else {
                    entries[place] = (source, i);
                }
            }
        }
        for (source, i) in &entries {
            keys.pick(*source, *i);
            values.pick(*source, *i);
        }
        lengths.push(entries.len());
    }
    let keys = keys.values(&key_columns)?;
    build::map(rows.returns(), keys, values.values(&value_columns)?, lengths)
}
