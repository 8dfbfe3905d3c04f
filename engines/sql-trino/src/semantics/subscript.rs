//! `array[i]`, counted from one, and `map[key]`: what is not there is an error.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, MapArray, UInt32Array, UInt32Builder,
};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::format::write_value;
use crate::types::TrinoType;

/// `$subscript(container, key)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Subscript {
    signature: Signature,
}

impl Default for Subscript {
    fn default() -> Self {
        Subscript { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

fn entries(field: &Field) -> Option<(&FieldRef, &FieldRef)> {
    match field.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => Some((&fields[0], &fields[1])),
        _ => None,
    }
}

fn refuse(container: &DataType, key: &DataType) -> DataFusionError {
    SqlError::user(
        "TYPE_MISMATCH",
        format!(
            "Cannot use {} for subscript of {}",
            TrinoType::of_arrow(key),
            TrinoType::of_arrow(container)
        ),
    )
    .into()
}

impl ScalarUDFImpl for Subscript {
    fn name(&self) -> &str {
        "$subscript"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [container, key] = given else { return internal_err!("a subscript has two parts") };
        let key = match container {
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                if !key.is_integer() && !key.is_null() {
                    return Err(refuse(container, key));
                }
                DataType::Int64
            }
            DataType::Map(field, _) => match entries(field) {
                Some((own, _)) => own.data_type().clone(),
                None => return Err(refuse(container, key)),
            },
            // A row's fields may be had by place.
            DataType::Struct(_) if key.is_integer() => DataType::Int64,
            _ => return Err(refuse(container, key)),
        };
        let container = match container {
            DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                DataType::List(item.clone())
            }
            other => other.clone(),
        };
        Ok(vec![container, key])
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        internal_err!("a subscript's type depends on its argument")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let [container, key] = args.arg_fields else {
            return internal_err!("a subscript has two parts");
        };
        let found = match container.data_type() {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                Some(item)
            }
            DataType::Map(field, _) => entries(field).map(|(_, value)| value),
            DataType::Struct(fields) => {
                let place = args.scalar_arguments.get(1).copied().flatten();
                place.and_then(place_of).and_then(|i| fields.get(i))
            }
            _ => None,
        };
        let found = found.ok_or_else(|| refuse(container.data_type(), key.data_type()))?;
        Ok(Arc::new(found.as_ref().clone().with_name(self.name()).with_nullable(true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let [container, key] = args.args.as_slice() else {
            return internal_err!("a subscript has two parts");
        };
        let (container, key) = (container.to_array(rows)?, key.to_array(rows)?);
        let out = match container.data_type() {
            DataType::List(_) => of_list(&container, &key)?,
            DataType::Map(..) => of_map(container.as_map(), &key)?,
            DataType::Struct(_) => {
                let place = ScalarValue::try_from_array(&key, 0)?;
                match place_of(&place).and_then(|i| container.as_struct().columns().get(i)) {
                    Some(column) => column.clone(),
                    None => return Err(refuse(container.data_type(), key.data_type())),
                }
            }
            other => return Err(refuse(other, key.data_type())),
        };
        if constant {
            return ScalarValue::try_from_array(&out, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(out))
    }
}

fn place_of(value: &ScalarValue) -> Option<usize> {
    match value {
        ScalarValue::Int32(Some(i)) => usize::try_from(*i - 1).ok(),
        ScalarValue::Int64(Some(i)) => usize::try_from(*i - 1).ok(),
        _ => None,
    }
}

fn out_of_bounds(index: i64, length: i64) -> DataFusionError {
    let message = match index {
        0 => "SQL array indices start at 1".to_owned(),
        i if i < 0 => format!("Array subscript is negative: {i}"),
        i => format!("Array subscript must be less than or equal to array length: {i} > {length}"),
    };
    SqlError::user("INVALID_FUNCTION_ARGUMENT", message).into()
}

fn of_list(container: &ArrayRef, key: &ArrayRef) -> Result<ArrayRef> {
    let lists = container.as_list::<i32>();
    let key = cast(key, &DataType::Int64)?;
    let key: &Int64Array = key.as_primitive::<Int64Type>();
    let mut places = UInt32Builder::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || key.is_null(row) {
            places.append_null();
            continue;
        }
        let (index, length) = (key.value(row), i64::from(lists.value_length(row)));
        if !(1..=length).contains(&index) {
            return Err(out_of_bounds(index, length));
        }
        places.append_value((i64::from(lists.value_offsets()[row]) + index - 1) as u32);
    }
    Ok(take(lists.values(), &places.finish(), None)?)
}

fn of_map(maps: &MapArray, key: &ArrayRef) -> Result<ArrayRef> {
    let places = find_keys(maps, key)?;
    for row in 0..maps.len() {
        if places.is_null(row) && maps.is_valid(row) && key.is_valid(row) {
            let mut text = String::new();
            write_value(&mut text, key.as_ref(), row);
            let message = format!("Key not present in map: {text}");
            return Err(SqlError::user("INVALID_FUNCTION_ARGUMENT", message).into());
        }
    }
    Ok(take(maps.values(), &places, None)?)
}

/// Where each row's key stands among all entries; NULL if it does not.
fn find_keys(maps: &MapArray, key: &ArrayRef) -> Result<UInt32Array> {
    let keys = maps.keys();
    let same = datafusion::arrow::array::make_comparator(
        keys.as_ref(),
        key.as_ref(),
        datafusion::arrow::compute::SortOptions::default(),
    )?;
    let mut places = UInt32Builder::with_capacity(maps.len());
    for row in 0..maps.len() {
        let (from, to) =
            (maps.value_offsets()[row] as usize, maps.value_offsets()[row + 1] as usize);
        let found = (maps.is_valid(row) && key.is_valid(row))
            .then(|| (from..to).find(|i| same(*i, row).is_eq()))
            .flatten();
        places.append_option(found.map(|i| i as u32));
    }
    Ok(places.finish())
}
