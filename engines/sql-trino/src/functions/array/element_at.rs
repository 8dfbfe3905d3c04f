//! `element_at(array(E), index) → E`: from one, negative from the end, NULL beyond.
//! `element_at(map(K, V), key) → V`: NULL when the key is absent.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::map::build;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Keys, Picks, element, range, unify};

pub(super) fn function() -> ScalarUDF {
    Function::named("element_at")
        .takes_any("array(E), bigint", array, of_array)
        .takes_any("map(K, V), K", map, of_map)
        .finish()
}

fn array(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, index] = given else { return None };
    let element = element(list)?;
    let fit = index.is_integer() || index.is_null();
    fit.then(|| (vec![list_of(element.clone()), DataType::Int64], element))
}

fn map(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [map, key] = given else { return None };
    let (known, value) = build::types(map)?;
    // The map's own key type decides: a map is not converted for a lookup.
    (unify(&known, key)? == known || key.is_integer() && known.is_integer())
        .then(|| (vec![map.clone(), known], value))
}

fn of_array(rows: &Rows) -> Result<ArrayRef> {
    let (list, indices) = (rows.list(0), rows.long(1));
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.pick_null();
            continue;
        }
        let (range, index) = (range(list, rows.index(0, row)), indices.at(row));
        let place = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let at = match index {
            0 => return Err(invalid_argument("SQL array indices start at 1")),
            1.. => range.clone().nth(place - 1),
            _ => range.clone().rev().nth(place - 1),
        };
        match at {
            Some(at) => picks.pick(0, at),
            None => picks.pick_null(),
        }
    }
    picks.values(&[list.values()])
}

fn of_map(rows: &Rows) -> Result<ArrayRef> {
    let map = rows.map(0);
    let keys = Keys::of_all(&[map.keys(), rows.array(1)])?;
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        let entry = rows.index(0, row);
        let found = if rows.skips(row) {
            None
        } else {
            let wanted = keys[1].at(rows.index(1, row));
            build::range(map, entry).find(|i| keys[0].at(*i) == wanted)
        };
        match found {
            Some(at) => picks.pick(0, at),
            None => picks.pick_null(),
        }
    }
    picks.values(&[map.values()])
}
