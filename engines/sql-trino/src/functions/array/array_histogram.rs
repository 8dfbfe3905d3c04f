//! `array_histogram(array(E)) → map(E, bigint)`: how often each element occurs; NULL does not count.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::map::build;
use super::super::scalar::{Function, Rows, list_of, map_of};
use super::lists::{Keys, Picks, element, range};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_histogram").takes_any("array(T)", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list] = given else { return None };
    let element = element(list)?;
    Some((vec![list_of(element.clone())], map_of(element, DataType::Int64)))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    let encoded = Keys::of(list.values())?;
    let mut keys = Picks::default();
    let mut counts = Vec::new();
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let mut places = HashMap::new();
        let first = counts.len();
        for i in range(list, rows.index(0, row)).filter(|i| list.values().is_valid(*i)) {
            let place = *places.entry(encoded.at(i)).or_insert(counts.len());
            if place == counts.len() {
                keys.pick(0, i);
                counts.push(0_i64);
            }
            counts[place] += 1;
        }
        lengths.push(counts.len() - first);
    }
    let keys = keys.values(&[list.values()])?;
    build::map(rows.returns(), keys, Arc::new(Int64Array::from(counts)), lengths)
}
