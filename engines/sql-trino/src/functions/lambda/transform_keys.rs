//! `transform_keys(map(K1, V), function(K1, V, K2)) → map(K2, V)`: new keys must stay unique.

use std::collections::HashSet;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::Keys;
use super::super::error::invalid_argument;
use super::super::map::build;
use super::super::scalar::map_of;
use super::call::{Call, HigherOrder, settled};
use super::map_filter::{of_entry, of_map, run};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "transform_keys",
        shown: "map(K1, V), function(K1, V, K2)",
        lambdas: 1,
        values: of_map,
        parameters: of_entry,
        returns: |values, lambdas| {
            let (_, value) = build::types(&values[0])?;
            Some(map_of(lambdas.first()?.clone(), value))
        },
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let map = call.values[0].as_map();
    let (entries, keys) = run(call)?;
    if keys.null_count() > 0 {
        return Err(invalid_argument("map key cannot be null"));
    }
    let encoded = Keys::of(&keys)?;
    let mut lengths = build::Lengths::default();
    let mut at = 0;
    for (row, length) in entries.lengths(map.len()).into_iter().enumerate() {
        let mut seen = HashSet::new();
        for entry in at..at + length {
            if !seen.insert(encoded.at(entry)) {
                return Err(super::super::map::duplicate(&keys, entry));
            }
        }
        at += length;
        if map.is_null(row) { lengths.null() } else { lengths.push(length) }
    }
    build::map(&call.returns, keys, entries.take(map.values())?, lengths)
}
