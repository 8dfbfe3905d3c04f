//! `map_values(map(K, V)) → array(V)`

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, list_of};
use super::{build, map_keys};

pub(super) fn function() -> ScalarUDF {
    Function::named("map_values")
        .takes_any("map(K, V)", resolve, |rows| map_keys::column(rows, rows.map(0).values()))
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [map] = given else { return None };
    let (_, value) = build::types(map)?;
    Some((vec![map.clone()], list_of(value)))
}
