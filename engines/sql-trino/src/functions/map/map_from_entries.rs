//! `map_from_entries(array(row(K, V))) → map(K, V)`, and `multimap_from_entries`, which gathers the
//! values of equal keys: `map(K, array(V))`.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::{Keys, Picks, element, range};
use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of, map_of};
use super::{build, from_arrays};

pub(super) fn function() -> ScalarUDF {
    Function::named("map_from_entries")
        .takes_any("array(row(K, V))", single, |rows| gather(rows, false))
        .finish()
}

pub(super) fn multimap() -> ScalarUDF {
    Function::named("multimap_from_entries")
        .takes_any("array(row(K, V))", several, |rows| gather(rows, true))
        .finish()
}

fn entry(given: &[DataType]) -> Option<(DataType, DataType, DataType)> {
    let [list] = given else { return None };
    let row = element(list)?;
    let DataType::Struct(fields) = &row else { return None };
    let [key, value] = fields.as_ref() else { return None };
    Some((list_of(row.clone()), key.data_type().clone(), value.data_type().clone()))
}

fn single(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (list, key, value) = entry(given)?;
    Some((vec![list], map_of(key, value)))
}

fn several(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (list, key, value) = entry(given)?;
    Some((vec![list], map_of(key, list_of(value))))
}

fn gather(rows: &Rows, several: bool) -> Result<ArrayRef> {
    let list = rows.list(0);
    let entries = list.values().as_struct();
    let encoded = Keys::of(entries.column(0))?;
    let (mut keys, mut values) = (Picks::default(), Picks::default());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let mut order: Vec<usize> = Vec::new();
        let mut groups: HashMap<_, Vec<usize>> = HashMap::new();
        for i in range(list, rows.index(0, row)) {
            if entries.is_null(i) {
                return Err(invalid_argument("map entry cannot be null"));
            }
            if entries.column(0).is_null(i) {
                return Err(invalid_argument("map key cannot be null"));
            }
            let group = groups.entry(encoded.at(i)).or_default();
            if group.is_empty() {
                order.push(i);
            } else if !several {
                return Err(from_arrays::duplicate(entries.column(0), i));
            }
            group.push(i);
        }
        for first in &order {
            keys.pick(0, *first);
            for i in &groups[&encoded.at(*first)] {
                values.pick(0, *i);
            }
            values.end_row();
        }
        lengths.push(order.len());
    }
    let keys = keys.values(&[entries.column(0)])?;
    let column = [entries.column(1)];
    let values = if several { values.finish(&column)? } else { values.values(&column)? };
    build::map(rows.returns(), keys, values, lengths)
}
