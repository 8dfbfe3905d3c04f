//! A column of a file as the table has it: parts found by their ids, absent ones null, narrower ones
//! made wider.

use std::sync::Arc;

use aquifer_iceberg::{StructType, Type};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, LargeListArray, ListArray, MapArray, StructArray, new_null_array,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::error::Result;
use datafusion::parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use crate::error::bad_data;
use crate::types::arrow_type;

/// The id that a file gives a field.
pub(crate) fn id_of(field: &Field) -> Option<i32> {
    field.metadata().get(PARQUET_FIELD_ID_META_KEY)?.parse().ok()
}

/// Where a column stands among a file's fields: by its id, or by its name where the file has no ids.
pub(crate) fn position(fields: &Fields, id: i32, name: &str) -> Option<usize> {
    match fields.iter().position(|field| id_of(field) == Some(id)) {
        None if fields.iter().all(|field| id_of(field).is_none()) => {
            fields.iter().position(|field| field.name().eq_ignore_ascii_case(name))
        }
        found => found,
    }
}

/// Values of a file as values of a type, which is at the same time the type asked for.
pub(crate) fn convert(array: &ArrayRef, to: &Type) -> Result<ArrayRef> {
    converted(array, to, &arrow_type(to))
}

fn converted(array: &ArrayRef, to: &Type, wanted: &DataType) -> Result<ArrayRef> {
    if array.data_type() == wanted {
        return Ok(array.clone());
    }
    match (to, wanted) {
        (Type::Struct(fields), DataType::Struct(wanted)) => structure(array, fields, wanted),
        (Type::List(list), DataType::List(item)) => list_of(array, &list.element, item),
        (Type::Map(map), DataType::Map(entries, sorted)) => {
            let (Some(found), DataType::Struct(pair)) = (array.as_map_opt(), entries.data_type())
            else {
                return Err(mismatch(array, wanted));
            };
            let keys = converted(found.keys(), &map.key, pair[0].data_type())?;
            let values = converted(found.values(), &map.value, pair[1].data_type())?;
            let inner = StructArray::new(pair.clone(), vec![keys, values], None);
            let offsets = found.offsets().clone();
            let nulls = found.nulls().cloned();
            let made = MapArray::try_new(entries.clone(), offsets, inner, nulls, *sorted)?;
            Ok(Arc::new(made))
        }
        (Type::Primitive(_), _) => {
            let options = CastOptions { safe: false, ..CastOptions::default() };
            Ok(cast_with_options(array, wanted, &options)?)
        }
        _ => Err(mismatch(array, wanted)),
    }
}

fn structure(array: &ArrayRef, to: &StructType, wanted: &Fields) -> Result<ArrayRef> {
    let Some(found) = array.as_struct_opt() else {
        return Err(mismatch(array, &DataType::Struct(wanted.clone())));
    };
    let columns = to.fields.iter().zip(wanted).map(|(field, wanted)| {
        match position(found.fields(), field.id, &field.name) {
            Some(at) => converted(found.column(at), &field.field_type, wanted.data_type()),
            None => Ok(new_null_array(wanted.data_type(), found.len())),
        }
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let nulls = found.nulls().cloned();
    if columns.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(found.len(), nulls)));
    }
    Ok(Arc::new(StructArray::try_new(wanted.clone(), columns, nulls)?))
}

fn list_of(array: &ArrayRef, element: &Type, item: &Arc<Field>) -> Result<ArrayRef> {
    let small: ListArray;
    let found = match array.data_type() {
        DataType::List(_) => array.as_list::<i32>(),
        DataType::LargeList(inner) => {
            let large: &LargeListArray = array.as_list::<i64>();
            let to = DataType::List(inner.clone());
            let cast = cast_with_options(large, &to, &CastOptions::default())?;
            small = cast.as_list::<i32>().clone();
            &small
        }
        _ => return Err(mismatch(array, &DataType::List(item.clone()))),
    };
    let values = converted(found.values(), element, item.data_type())?;
    let nulls = found.nulls().cloned();
    Ok(Arc::new(ListArray::try_new(item.clone(), found.offsets().clone(), values, nulls)?))
}

/// Values of a query as those of a file, whose parts stand in the same order under other names.
pub(crate) fn reshape(array: &ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
    if array.data_type() == wanted {
        return Ok(array.clone());
    }
    match (array.data_type(), wanted) {
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let found = array.as_struct();
            let columns = found.columns().iter().zip(fields);
            let columns = columns.map(|(column, field)| reshape(column, field.data_type()));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let nulls = found.nulls().cloned();
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, nulls)?))
        }
        (DataType::List(_), DataType::List(item)) => {
            let found = array.as_list::<i32>();
            let values = reshape(found.values(), item.data_type())?;
            let (offsets, nulls) = (found.offsets().clone(), found.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?))
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let found = array.as_map();
            let inner: ArrayRef = Arc::new(found.entries().clone());
            let inner = reshape(&inner, entries.data_type())?.as_struct().clone();
            let (offsets, nulls) = (found.offsets().clone(), found.nulls().cloned());
            Ok(Arc::new(MapArray::try_new(entries.clone(), offsets, inner, nulls, *sorted)?))
        }
        _ => {
            let options = CastOptions { safe: false, ..CastOptions::default() };
            Ok(cast_with_options(array, wanted, &options)?)
        }
    }
}

fn mismatch(array: &ArrayRef, wanted: &DataType) -> datafusion::error::DataFusionError {
    let found = array.data_type();
    bad_data(format!("A column of type {found} cannot be read as {wanted}")).into()
}

#[cfg(test)]
mod tests {
    use aquifer_iceberg::{Field as Column, Primitive};
    use datafusion::arrow::array::{Int32Array, Int64Array};

    use super::*;
    use crate::types::with_id;

    #[test]
    fn parts_are_found_by_their_ids() {
        let long = |id: i32, name: &str| Column {
            id,
            name: name.into(),
            required: false,
            field_type: Type::Primitive(Primitive::Long),
            doc: None,
        };
        let fields = Fields::from(vec![
            with_id(Field::new("old", DataType::Int32, true), 2),
            with_id(Field::new("gone", DataType::Int32, true), 3),
        ]);
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Int32Array::from(vec![1, 2])), Arc::new(Int32Array::from(vec![3, 4]))];
        let found: ArrayRef = Arc::new(StructArray::new(fields, columns, None));
        let to = Type::Struct(StructType { fields: vec![long(4, "gone"), long(2, "new")] });
        let made = convert(&found, &to).unwrap();
        let made = made.as_struct();
        assert_eq!(made.column(0).null_count(), 2);
        let new = made.column(1).as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!(new.values(), &[1, 2]);
    }
}
