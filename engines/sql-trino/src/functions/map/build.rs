//! What map functions share: types of a map, the range of a row's entries, and making map columns.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, MapArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err};

/// The key and value types of a map.
pub(crate) fn types(map: &DataType) -> Option<(DataType, DataType)> {
    let DataType::Map(entries, _) = map else { return None };
    match entries.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => {
            Some((fields[0].data_type().clone(), fields[1].data_type().clone()))
        }
        _ => None,
    }
}

/// Where the entries of a row are among the map's keys and values.
pub(crate) fn range(map: &MapArray, index: usize) -> Range<usize> {
    let offsets = map.value_offsets();
    offsets[index] as usize..offsets[index + 1] as usize
}

/// How many entries each row has.
#[derive(Default)]
pub(crate) struct Lengths {
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl Lengths {
    pub(crate) fn push(&mut self, length: usize) {
        self.lengths.push(length);
        self.valid.push(true);
    }

    pub(crate) fn null(&mut self) {
        self.lengths.push(0);
        self.valid.push(false);
    }
}

/// A column of maps of the given type.
pub(crate) fn map(
    data_type: &DataType,
    keys: ArrayRef,
    values: ArrayRef,
    lengths: Lengths,
) -> Result<ArrayRef> {
    let DataType::Map(field, ordered) = data_type else {
        return Err(exec_datafusion_err!("{data_type} is not a map"));
    };
    let DataType::Struct(fields) = field.data_type() else {
        return Err(exec_datafusion_err!("{data_type} is not a map"));
    };
    let keys = cast(&keys, fields[0].data_type())?;
    let values = cast(&values, fields[1].data_type())?;
    let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
    let offsets = OffsetBuffer::from_lengths(lengths.lengths);
    let nulls = Some(NullBuffer::from(lengths.valid));
    Ok(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, nulls, *ordered)?))
}
