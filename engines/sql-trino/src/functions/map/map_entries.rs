//! `map_entries(map(K, V)) → array(row(K, V))`

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::Picks;
use super::super::scalar::{Function, Rows, list_of};
use super::build;
use crate::types::anonymous_field;

pub(super) fn function() -> ScalarUDF {
    Function::named("map_entries").takes_any("map(K, V)", resolve, evaluate).finish()
}

fn fields(key: DataType, value: DataType) -> Fields {
    vec![Field::new(anonymous_field(0), key, true), Field::new(anonymous_field(1), value, true)]
        .into()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [map] = given else { return None };
    let (key, value) = build::types(map)?;
    Some((vec![map.clone()], list_of(DataType::Struct(fields(key, value)))))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let map = rows.map(0);
    let mut picks = Picks::default();
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for row in 0..rows.len() {
        let range = if rows.skips(row) { 0..0 } else { build::range(map, rows.index(0, row)) };
        valid.push(!rows.skips(row));
        lengths.push(range.len());
        range.for_each(|i| picks.pick(0, i));
    }
    let columns = vec![picks.values(&[map.keys()])?, picks.values(&[map.values()])?];
    let fields = fields(columns[0].data_type().clone(), columns[1].data_type().clone());
    let field = Arc::new(Field::new_list_field(DataType::Struct(fields.clone()), true));
    let entries = StructArray::try_new(fields, columns, None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = Some(NullBuffer::from(valid));
    Ok(Arc::new(ListArray::try_new(field, offsets, Arc::new(entries), nulls)?))
}
