//! `transform(array(T), function(T, U)) → array(U)`

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{element, one};
use super::super::scalar::list_of;
use super::call::{Call, Elements, HigherOrder, settled};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "transform",
        shown: "array(T), function(T, U)",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: |values, _| vec![element(&values[0]).map(|element| vec![element])],
        returns: |_, lambdas| lambdas.first().cloned().map(list_of),
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let elements = Elements::of_list(list)?;
    let values = call.run(0, &[elements.take(list.values())?], &elements.rows)?;
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(elements.lengths(list.len()));
    Ok(Arc::new(ListArray::try_new(field, offsets, values, list.nulls().cloned())?))
}

/// The element type of the first value as the one parameter of the one lambda.
pub(super) fn of_element(
    values: &[DataType],
    _: &[Option<DataType>],
) -> Vec<Option<Vec<DataType>>> {
    vec![element(&values[0]).map(|element| vec![element])]
}
