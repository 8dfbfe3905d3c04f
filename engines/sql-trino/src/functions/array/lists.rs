//! What array functions share: resolving element types, the range of a row's elements, elements as
//! comparable keys, and building arrays by picking elements.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, new_empty_array, new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{SortOptions, interleave};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::arrow::row::{Row, RowConverter, Rows as Encoded, SortField};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::type_coercion::binary::type_union_resolution;

use super::super::scalar::type_name;
use crate::functions::scalar::list_of;

/// The element type of anything that is a list; of NULL, NULL.
pub(crate) fn element(given: &DataType) -> Option<DataType> {
    match given {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _) => Some(field.data_type().clone()),
        DataType::Null => Some(DataType::Null),
        _ => None,
    }
}

/// The one type both convert to without being asked. Text and numbers have none.
pub(crate) fn unify(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right || right.is_null() {
        return Some(left.clone());
    }
    if left.is_null() {
        return Some(right.clone());
    }
    if let (Some(left), Some(right)) = (element(left), element(right)) {
        return unify(&left, &right).map(list_of);
    }
    let union = type_union_resolution(&[left.clone(), right.clone()])?;
    (left.is_string() == right.is_string() && type_name(&union) != "unknown").then_some(union)
}

/// `(array(E)) → array(E)`
pub(crate) fn one(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list] = given else { return None };
    let list = list_of(element(list)?);
    Some((vec![list.clone()], list))
}

/// `(array(E), array(E)) → array(E)`
pub(super) fn two(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [left, right] = given else { return None };
    let list = list_of(unify(&element(left)?, &element(right)?)?);
    Some((vec![list.clone(), list.clone()], list))
}

/// `(array(E), E)`: the types and the list's.
pub(super) fn with_element(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, value] = given else { return None };
    let value = unify(&element(list)?, value)?;
    let list = list_of(value.clone());
    Some((vec![list.clone(), value], list))
}

/// Where the elements of an entry are among the list's values.
pub(crate) fn range(list: &ListArray, index: usize) -> Range<usize> {
    let offsets = list.value_offsets();
    offsets[index] as usize..offsets[index + 1] as usize
}

/// Values that compare and hash as bytes. NULLs are equal and come last.
pub(crate) struct Keys(Encoded);

impl Keys {
    pub(crate) fn of(values: &ArrayRef) -> Result<Self> {
        let options = SortOptions { descending: false, nulls_first: false };
        let field = SortField::new_with_options(values.data_type().clone(), options);
        let converter = RowConverter::new(vec![field])?;
        Ok(Self(converter.convert_columns(&[Arc::clone(values)])?))
    }

    /// Keys of several columns of one type, comparable with each other.
    pub(crate) fn of_all(columns: &[&ArrayRef]) -> Result<Vec<Self>> {
        let Some(first) = columns.first() else { return Ok(Vec::new()) };
        let options = SortOptions { descending: false, nulls_first: false };
        let field = SortField::new_with_options(first.data_type().clone(), options);
        let converter = RowConverter::new(vec![field])?;
        columns
            .iter()
            .map(|column| Ok(Self(converter.convert_columns(&[Arc::clone(column)])?)))
            .collect()
    }

    pub(crate) fn at(&self, index: usize) -> Row<'_> {
        self.0.row(index)
    }
}

/// An array column under construction, its elements picked from columns of values.
#[derive(Default)]
pub(crate) struct Picks {
    /// Source and index; source 0 is a NULL.
    picked: Vec<(usize, usize)>,
    ends: Vec<usize>,
    valid: Vec<bool>,
}

impl Picks {
    /// The next element of the row at hand.
    pub(crate) fn pick(&mut self, source: usize, index: usize) {
        self.picked.push((source + 1, index));
    }

    pub(crate) fn pick_null(&mut self) {
        self.picked.push((0, 0));
    }

    pub(crate) fn end_row(&mut self) {
        self.ends.push(self.picked.len());
        self.valid.push(true);
    }

    pub(crate) fn null_row(&mut self) {
        self.ends.push(self.picked.len());
        self.valid.push(false);
    }

    /// The elements picked, without the rows.
    pub(crate) fn values(&self, sources: &[&ArrayRef]) -> Result<ArrayRef> {
        let Some(first) = sources.first() else {
            return Err(exec_datafusion_err!("an array is picked from nothing"));
        };
        if self.picked.is_empty() {
            return Ok(new_empty_array(first.data_type()));
        }
        let null = new_null_array(first.data_type(), 1);
        let mut all: Vec<&dyn Array> = vec![null.as_ref()];
        all.extend(sources.iter().map(|source| source.as_ref()));
        Ok(interleave(&all, &self.picked)?)
    }

    pub(crate) fn finish(self, sources: &[&ArrayRef]) -> Result<ArrayRef> {
        let values = self.values(sources)?;
        let mut lengths = Vec::with_capacity(self.ends.len());
        let mut before = 0;
        for end in &self.ends {
            lengths.push(end - before);
            before = *end;
        }
        if values.len() > i32::MAX as usize {
            return Err(exec_datafusion_err!("a batch of arrays has too many elements"));
        }
        let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let nulls = NullBuffer::from(self.valid);
        Ok(Arc::new(ListArray::try_new(field, offsets, values, Some(nulls))?))
    }
}

/// Builds an array per row by a rule that sees the row's range of elements.
pub(super) fn rebuild(
    rows: &crate::functions::scalar::Rows,
    mut rule: impl FnMut(usize, Range<usize>, &mut Picks) -> Result<()>,
) -> Result<ArrayRef> {
    let list = rows.list(0);
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.null_row();
            continue;
        }
        rule(row, range(list, rows.index(0, row)), &mut picks)?;
        picks.end_row();
    }
    picks.finish(&[list.values()])
}

/// The list of an array that is one.
pub(crate) fn list(array: &ArrayRef) -> &ListArray {
    array.as_list()
}
