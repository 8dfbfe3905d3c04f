//! `cardinality(x) → bigint`: how many elements an array or entries a map has.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::element;

pub(super) fn function() -> ScalarUDF {
    Function::named("cardinality")
        .takes_any("array(E)", array, of_array)
        .takes_any("map(K, V)", map, of_map)
        .finish()
}

fn array(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list] = given else { return None };
    Some((vec![list_of(element(list)?)], DataType::Int64))
}

fn map(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let fit = matches!(given, [DataType::Map(..)]);
    fit.then(|| (given.to_vec(), DataType::Int64))
}

fn of_array(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    rows.longs(|row| Ok(Some(list.value_length(rows.index(0, row)).into())))
}

fn of_map(rows: &Rows) -> Result<ArrayRef> {
    let map = rows.map(0);
    rows.longs(|row| Ok(Some(map.value_length(rows.index(0, row)).into())))
}
