//! `map_zip_with(map(K, V1), map(K, V2), function(K, V1, V2, V3)) → map(K, V3)`: a key that one of
//! them lacks has NULL there.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{Keys, Picks, unify};
use super::super::map::build;
use super::super::scalar::map_of;
use super::call::{Call, HigherOrder, settled};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "map_zip_with",
        shown: "map(K, V1), map(K, V2), function(K, V1, V2, V3)",
        lambdas: 1,
        values,
        parameters: |values, _| {
            let parameters = build::types(&values[0])
                .zip(build::types(&values[1]))
                .map(|((key, left), (_, right))| vec![key, left, right]);
            vec![parameters]
        },
        returns: |values, lambdas| {
            let (key, _) = build::types(&values[0])?;
            Some(map_of(key, lambdas.first()?.clone()))
        },
        settle: settled,
        evaluate,
    }
    .finish()
}

fn values(given: &[DataType]) -> Option<Vec<DataType>> {
    let [left, right] = given else { return None };
    let ((left_key, left), (right_key, right)) = (build::types(left)?, build::types(right)?);
    let key = unify(&left_key, &right_key)?;
    Some(vec![map_of(key.clone(), left), map_of(key, right)])
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let (left, right) = (call.values[0].as_map(), call.values[1].as_map());
    let encoded = Keys::of_all(&[left.keys(), right.keys()])?;
    let mut picks = [Picks::default(), Picks::default(), Picks::default()];
    let mut rows = Vec::new();
    let mut lengths = build::Lengths::default();
    for row in 0..call.rows {
        if left.is_null(row) || right.is_null(row) {
            lengths.null();
            continue;
        }
        let mut others: HashMap<_, usize> =
            build::range(right, row).map(|i| (encoded[1].at(i), i)).collect();
        let before = rows.len();
        let narrow =
            u32::try_from(row).map_err(|_| exec_datafusion_err!("a batch has too many rows"))?;
        for i in build::range(left, row) {
            picks[0].pick(0, i);
            picks[1].pick(0, i);
            match others.remove(&encoded[0].at(i)) {
                Some(other) => picks[2].pick(0, other),
                None => picks[2].pick_null(),
            }
            rows.push(narrow);
        }
        // What only the second has, in its order.
        for i in build::range(right, row) {
            if others.contains_key(&encoded[1].at(i)) {
                picks[0].pick(1, i);
                picks[1].pick_null();
                picks[2].pick(0, i);
                rows.push(narrow);
            }
        }
        lengths.push(rows.len() - before);
    }
    let keys = picks[0].values(&[left.keys(), right.keys()])?;
    let parameters =
        [keys.clone(), picks[1].values(&[left.values()])?, picks[2].values(&[right.values()])?];
    let values = call.run(0, &parameters, &UInt32Array::from(rows))?;
    build::map(&call.returns, keys, values, lengths)
}
