//! Columns converted.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
    Float32Builder, Float64Builder, Int8Builder, Int16Builder, Int32Builder, Int64Builder,
    ListArray, MapArray, StringBuilder, StructArray, Time32MillisecondBuilder, Time32SecondBuilder,
    Time64MicrosecondBuilder, Time64NanosecondBuilder, TimestampMicrosecondBuilder,
    TimestampMillisecondBuilder, TimestampNanosecondBuilder, TimestampSecondBuilder,
    new_null_array,
};
use datafusion::arrow::compute::cast as engine_cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::error::Result;

use super::cell::Cell;
use super::from_json::from_json;
use super::to_json::to_json;
use crate::opaque::Opaque;
use crate::types::TrinoType;

/// Converts every value or fails.
pub(crate) fn convert(array: &ArrayRef, json: bool, to: &TrinoType) -> Result<ArrayRef> {
    let array = plain(array)?;
    if array.data_type() == &DataType::Null {
        return Ok(new_null_array(&to.to_arrow(), array.len()));
    }
    if json && *to != TrinoType::Json {
        return from_json(&array, to);
    }
    match to {
        TrinoType::Json if json => text(&array, None),
        TrinoType::Json => to_json(&array),
        TrinoType::Varchar(limit) => text(&array, *limit),
        TrinoType::Char(length) => padded(&text(&array, Some(*length))?, *length),
        TrinoType::Array(item) => list(&array, item),
        TrinoType::Map(key, value) => map(&array, key, value),
        TrinoType::Row(fields) => row(&array, fields, to),
        TrinoType::Unknown | TrinoType::IntervalYearMonth | TrinoType::IntervalDayTime => {
            Ok(engine_cast(&array, &to.to_arrow())?)
        }
        TrinoType::Opaque(to) => super::opaque::to_opaque(&array, *to),
        scalar if Opaque::of(array.data_type()).is_some() => {
            super::opaque::from_opaque(&array, scalar)
        }
        scalar => scalars(&array, scalar),
    }
}

/// Without dictionaries and runs.
fn plain(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Dictionary(_, values) => Ok(engine_cast(array, values)?),
        DataType::RunEndEncoded(_, values) => Ok(engine_cast(array, values.data_type())?),
        _ => Ok(array.clone()),
    }
}

macro_rules! build {
    ($builder:expr, $array:expr, $value:expr) => {{
        let mut builder = $builder;
        for row in 0..$array.len() {
            if $array.is_null(row) {
                builder.append_null();
            } else {
                let cell = Cell::read($array.as_ref(), row);
                builder.append_value($value(cell)?);
            }
        }
        Ok(Arc::new(builder.finish()) as ArrayRef)
    }};
}

fn scalars(array: &ArrayRef, to: &TrinoType) -> Result<ArrayRef> {
    let n = array.len();
    match to {
        TrinoType::Boolean => build!(BooleanBuilder::with_capacity(n), array, Cell::to_boolean),
        TrinoType::TinyInt => {
            let to = |c: Cell| c.to_integer("tinyint", i8::MIN.into(), i8::MAX.into());
            build!(Int8Builder::with_capacity(n), array, |c| to(c).map(|v| v as i8))
        }
        TrinoType::SmallInt => {
            let to = |c: Cell| c.to_integer("smallint", i16::MIN.into(), i16::MAX.into());
            build!(Int16Builder::with_capacity(n), array, |c| to(c).map(|v| v as i16))
        }
        TrinoType::Integer => {
            let to = |c: Cell| c.to_integer("integer", i32::MIN.into(), i32::MAX.into());
            build!(Int32Builder::with_capacity(n), array, |c| to(c).map(|v| v as i32))
        }
        TrinoType::BigInt => {
            let to = |c: Cell| c.to_integer("bigint", i64::MIN, i64::MAX);
            build!(Int64Builder::with_capacity(n), array, to)
        }
        TrinoType::Real => {
            let to = |c: Cell| c.to_double("REAL");
            build!(Float32Builder::with_capacity(n), array, |c| to(c).map(|v| v as f32))
        }
        TrinoType::Double => {
            build!(Float64Builder::with_capacity(n), array, |c: Cell| c.to_double("DOUBLE"))
        }
        TrinoType::Decimal(p, s) => {
            let builder = Decimal128Builder::with_capacity(n).with_data_type(to.to_arrow());
            build!(builder, array, |c: Cell| c.to_decimal(*p, *s))
        }
        TrinoType::Date => build!(Date32Builder::with_capacity(n), array, Cell::to_date),
        TrinoType::Varbinary => bytes(array),
        TrinoType::Time(_) => times(array, &to.to_arrow()),
        TrinoType::Timestamp(_, zoned) => timestamps(array, &to.to_arrow(), *zoned),
        other => {
            let from = TrinoType::of_arrow(array.data_type());
            let message = format!("Cannot cast {from} to {other}");
            Err(SqlError::user("TYPE_MISMATCH", message).into())
        }
    }
}

fn bytes(array: &ArrayRef) -> Result<ArrayRef> {
    build!(BinaryBuilder::new(), array, |c: Cell| match c {
        Cell::Bytes(bytes) => Ok(bytes.to_vec()),
        Cell::Text(text) => Ok(text.as_bytes().to_vec()),
        _ => Err(datafusion::error::DataFusionError::from(SqlError::user(
            "TYPE_MISMATCH",
            "Cannot cast value to varbinary"
        ))),
    })
}

fn times(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let nanos = |c: Cell| c.to_time();
    match to {
        DataType::Time32(TimeUnit::Second) => {
            build!(Time32SecondBuilder::new(), array, |c| nanos(c)
                .map(|v| (v / 1_000_000_000) as i32))
        }
        DataType::Time32(_) => {
            build!(Time32MillisecondBuilder::new(), array, |c| nanos(c)
                .map(|v| (v / 1_000_000) as i32))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            build!(Time64MicrosecondBuilder::new(), array, |c| nanos(c).map(|v| v / 1000))
        }
        _ => build!(Time64NanosecondBuilder::new(), array, nanos),
    }
}

fn timestamps(array: &ArrayRef, to: &DataType, zoned: bool) -> Result<ArrayRef> {
    let DataType::Timestamp(unit, zone) = to else {
        return Err(SqlError::internal("a timestamp's type is one").into());
    };
    let to = DataType::Timestamp(*unit, zone.clone());
    let value = |c: Cell| c.to_timestamp(*unit, zoned);
    match unit {
        TimeUnit::Second => build!(TimestampSecondBuilder::new().with_data_type(to), array, value),
        TimeUnit::Millisecond => {
            build!(TimestampMillisecondBuilder::new().with_data_type(to), array, value)
        }
        TimeUnit::Microsecond => {
            build!(TimestampMicrosecondBuilder::new().with_data_type(to), array, value)
        }
        TimeUnit::Nanosecond => {
            build!(TimestampNanosecondBuilder::new().with_data_type(to), array, value)
        }
    }
}

/// As text, text cut to `limit` characters; other values do not lose any.
fn text(array: &ArrayRef, limit: Option<u32>) -> Result<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(array.len(), array.len() * 8);
    let mut value = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        match Cell::read(array.as_ref(), row) {
            Cell::Text(text) => match limit {
                Some(limit) => builder.append_value(first_chars(text, limit)),
                None => builder.append_value(text),
            },
            cell => {
                value.clear();
                cell.write(&mut value, array.as_ref(), row);
                if let Some(limit) = limit
                    && value.chars().count() > limit as usize
                {
                    let message =
                        format!("Value {value} cannot be represented as varchar({limit})");
                    return Err(SqlError::user("INVALID_CAST_ARGUMENT", message).into());
                }
                builder.append_value(&value);
            }
        }
    }
    Ok(Arc::new(builder.finish()))
}

fn first_chars(text: &str, limit: u32) -> &str {
    match text.char_indices().nth(limit as usize) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Blanks to the length.
fn padded(array: &ArrayRef, length: u32) -> Result<ArrayRef> {
    let texts = array.as_string::<i32>().iter();
    let padded = texts.map(|t| t.map(|t| format!("{t:<width$}", width = length as usize)));
    Ok(Arc::new(padded.collect::<datafusion::arrow::array::StringArray>()))
}

fn list(array: &ArrayRef, item: &TrinoType) -> Result<ArrayRef> {
    let to = TrinoType::Array(Box::new(item.clone())).to_arrow();
    let DataType::List(to_field) = to else {
        return Err(SqlError::internal("an array's type is one").into());
    };
    let array = as_list(array)?;
    let lists = array.as_list::<i32>();
    let json = matches!(lists.data_type(), DataType::List(f) if crate::types::is_json(f));
    let values = convert(lists.values(), json, item)?;
    let nulls = lists.nulls().cloned();
    Ok(Arc::new(ListArray::try_new(to_field, lists.offsets().clone(), values, nulls)?))
}

fn as_list(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::List(_) => Ok(array.clone()),
        DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Ok(engine_cast(array, &DataType::List(item.clone()))?),
        other => {
            let message = format!("Cannot cast {} to array", TrinoType::of_arrow(other));
            Err(SqlError::user("TYPE_MISMATCH", message).into())
        }
    }
}

fn map(array: &ArrayRef, key: &TrinoType, value: &TrinoType) -> Result<ArrayRef> {
    let to = TrinoType::Map(Box::new(key.clone()), Box::new(value.clone())).to_arrow();
    let (Some(maps), DataType::Map(entries_field, sorted)) = (array.as_map_opt(), &to) else {
        return Err(SqlError::user("TYPE_MISMATCH", "Cannot cast value to map").into());
    };
    let DataType::Struct(fields) = entries_field.data_type() else {
        return Err(SqlError::internal("a map's entries are rows").into());
    };
    let keys = convert(maps.keys(), false, key)?;
    let values = convert(maps.values(), false, value)?;
    let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
    let nulls = maps.nulls().cloned();
    Ok(Arc::new(MapArray::try_new(
        entries_field.clone(),
        maps.offsets().clone(),
        entries,
        nulls,
        *sorted,
    )?))
}

fn row(
    array: &ArrayRef,
    fields: &[(Option<String>, TrinoType)],
    to: &TrinoType,
) -> Result<ArrayRef> {
    let (Some(rows), DataType::Struct(to_fields)) = (array.as_struct_opt(), to.to_arrow()) else {
        return Err(SqlError::user("TYPE_MISMATCH", "Cannot cast value to row").into());
    };
    let own = rows.fields().clone();
    let columns = rows.columns().iter().zip(own.iter()).zip(fields);
    let columns = columns
        .map(|((column, own), (_, ty))| convert(column, crate::types::is_json(own), ty))
        .collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new_with_length(
        to_fields,
        columns,
        rows.nulls().cloned(),
        rows.len(),
    )?))
}
