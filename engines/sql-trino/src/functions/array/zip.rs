//! `zip(array1, array2[, …]) → array(row)`: shorter arrays are filled with NULL.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::{Picks, element, range};
use crate::types::anonymous_field;

pub(super) fn function() -> ScalarUDF {
    Function::named("zip").takes_any("array(E1), array(E2), ...", resolve, evaluate).finish()
}

fn fields(elements: &[DataType]) -> Fields {
    let field =
        |(i, element): (usize, &DataType)| Field::new(anonymous_field(i), element.clone(), true);
    elements.iter().enumerate().map(field).collect()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let elements: Option<Vec<DataType>> = given.iter().map(element).collect();
    let elements = elements.filter(|elements| elements.len() >= 2)?;
    let returns = list_of(DataType::Struct(fields(&elements)));
    Some((elements.into_iter().map(list_of).collect(), returns))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let lists: Vec<_> = (0..rows.arguments()).map(|argument| rows.list(argument)).collect();
    let mut picks: Vec<Picks> = lists.iter().map(|_| Picks::default()).collect();
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for row in 0..rows.len() {
        valid.push(!rows.skips(row));
        if rows.skips(row) {
            lengths.push(0);
            continue;
        }
        let ranges: Vec<_> =
            lists.iter().enumerate().map(|(i, list)| range(list, rows.index(i, row))).collect();
        let longest = ranges.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        for (range, picks) in ranges.into_iter().zip(&mut picks) {
            for n in 0..longest {
                if n < range.len() { picks.pick(0, range.start + n) } else { picks.pick_null() }
            }
        }
        lengths.push(longest);
    }
    let columns: Result<Vec<ArrayRef>> =
        lists.iter().zip(&picks).map(|(list, picks)| picks.values(&[list.values()])).collect();
    let columns = columns?;
    let types: Vec<DataType> = columns.iter().map(|column| column.data_type().clone()).collect();
    let entries = StructArray::try_new(fields(&types), columns, None)?;
    let field = Arc::new(Field::new_list_field(DataType::Struct(fields(&types)), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = Some(NullBuffer::from(valid));
    Ok(Arc::new(ListArray::try_new(field, offsets, Arc::new(entries), nulls)?))
}
