//! `map_keys(map(K, V)) → array(K)`

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::Picks;
use super::super::scalar::{Function, Rows, list_of};
use super::build;

pub(super) fn function() -> ScalarUDF {
    Function::named("map_keys")
        .takes_any("map(K, V)", resolve, |rows| column(rows, rows.map(0).keys()))
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [map] = given else { return None };
    let (key, _) = build::types(map)?;
    Some((vec![map.clone()], list_of(key)))
}

pub(super) fn column(rows: &Rows, source: &ArrayRef) -> Result<ArrayRef> {
    let map = rows.map(0);
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.null_row();
            continue;
        }
        build::range(map, rows.index(0, row)).for_each(|i| picks.pick(0, i));
        picks.end_row();
    }
    picks.finish(&[source])
}
