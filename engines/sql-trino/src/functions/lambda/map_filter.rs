//! `map_filter(map(K, V), function(K, V, boolean)) → map(K, V)`

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::Picks;
use super::super::map::build;
use super::call::{Call, Elements, HigherOrder, settled};
use super::filter::{is_condition, truths};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "map_filter",
        shown: "map(K, V), function(K, V, boolean)",
        lambdas: 1,
        values: of_map,
        parameters: of_entry,
        returns: |values, lambdas| is_condition(&lambdas[0]).then(|| values[0].clone()),
        settle: settled,
        evaluate,
    }
    .finish()
}

pub(super) fn of_map(given: &[DataType]) -> Option<Vec<DataType>> {
    matches!(given, [DataType::Map(..)]).then(|| given.to_vec())
}

/// Key and value as the parameters of the one lambda.
pub(super) fn of_entry(values: &[DataType], _: &[Option<DataType>]) -> Vec<Option<Vec<DataType>>> {
    vec![build::types(&values[0]).map(|(key, value)| vec![key, value])]
}

/// The lambda's result for every entry of the map.
pub(super) fn run(call: &Call) -> Result<(Elements, ArrayRef)> {
    let map = call.values[0].as_map();
    let entries = Elements::of_map(map)?;
    let parameters = [entries.take(map.keys())?, entries.take(map.values())?];
    let result = call.run(0, &parameters, &entries.rows)?;
    Ok((entries, result))
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let map = call.values[0].as_map();
    let (_, condition) = run(call)?;
    let mut kept = truths(&condition)?.into_iter();
    let mut picks = Picks::default();
    let mut lengths = build::Lengths::default();
    for row in 0..map.len() {
        if map.is_null(row) {
            lengths.null();
            continue;
        }
        let mut length = 0;
        for (place, kept) in build::range(map, row).zip(kept.by_ref()) {
            if kept == Some(true) {
                picks.pick(0, place);
                length += 1;
            }
        }
        lengths.push(length);
    }
    let (keys, values) = (picks.values(&[map.keys()])?, picks.values(&[map.values()])?);
    build::map(&call.returns, keys, values, lengths)
}
