//! `cardinality(x) → bigint`: how many elements an array or entries a map has; of a sketch of a
//! set, about how many values.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type, list_of};
use super::super::sketch::hyperloglog::HyperLogLog;
use super::super::sketch::set_digest;
use super::lists::element;
use crate::opaque::Opaque;

pub(super) fn function() -> ScalarUDF {
    Function::named("cardinality")
        .takes_any("array(E)", array, of_array)
        .takes_any("map(K, V)", map, of_map)
        .takes(&[Type::Opaque(Opaque::HyperLogLog)], Type::Bigint, of_set)
        .takes(&[Type::Opaque(Opaque::SetDigest)], Type::Bigint, set_digest::cardinality)
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

fn of_set(rows: &Rows) -> Result<ArrayRef> {
    let sets = rows.opaque(0);
    rows.longs(|row| Ok(Some(HyperLogLog::from_bytes(sets.at(row))?.cardinality())))
}
