//! `transform_values(map(K, V1), function(K, V1, V2)) → map(K, V2)`

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::map::build;
use super::super::scalar::map_of;
use super::call::{Call, HigherOrder, settled};
use super::map_filter::{of_entry, of_map, run};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "transform_values",
        shown: "map(K, V1), function(K, V1, V2)",
        lambdas: 1,
        values: of_map,
        parameters: of_entry,
        returns: |values, lambdas| {
            let (key, _) = build::types(&values[0])?;
            Some(map_of(key, lambdas.first()?.clone()))
        },
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let map = call.values[0].as_map();
    let (entries, values) = run(call)?;
    let mut lengths = build::Lengths::default();
    for (row, length) in entries.lengths(map.len()).into_iter().enumerate() {
        if map.is_null(row) { lengths.null() } else { lengths.push(length) }
    }
    build::map(&call.returns, entries.take(map.keys())?, values, lengths)
}
