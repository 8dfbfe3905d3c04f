//! JSON texts as values of any type: rows from objects by name or arrays by place, scalars from
//! scalars of any kind.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, ListArray, MapArray, StringBuilder, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::{DataFusionError, Result};
use serde_json::Value;

use super::cell::Cell;
use super::kernel::convert;
use crate::types::TrinoType;

/// Reads a column of JSON texts. JSON's `null` is NULL.
pub(super) fn from_json(array: &ArrayRef, to: &TrinoType) -> Result<ArrayRef> {
    let mut values = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        values.push(match (array.is_null(row), Cell::read(array.as_ref(), row)) {
            (false, Cell::Text(text)) => Some(
                serde_json::from_str::<Value>(text)
                    .map_err(|_| fail(format!("Cannot cast to {to}. Invalid JSON: {text}")))?,
            ),
            _ => None,
        });
    }
    build(values.iter().map(Option::as_ref).collect(), to)
}

fn fail(message: String) -> DataFusionError {
    SqlError::user("INVALID_CAST_ARGUMENT", message).into()
}

fn build(values: Vec<Option<&Value>>, to: &TrinoType) -> Result<ArrayRef> {
    // JSON's null is no value, except where JSON itself is asked for.
    let json = *to == TrinoType::Json;
    let values: Vec<_> = values.into_iter().map(|v| v.filter(|v| json || !v.is_null())).collect();
    match to {
        TrinoType::Array(item) => lists(&values, item, to),
        TrinoType::Map(key, value) => maps(&values, key, value, to),
        TrinoType::Row(fields) => rows(&values, fields, to),
        scalar => {
            let mut texts = StringBuilder::new();
            for value in values {
                match value {
                    None => texts.append_null(),
                    Some(value) if json => texts.append_value(value.to_string()),
                    Some(Value::String(text)) => texts.append_value(text),
                    Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                        texts.append_value(value.to_string());
                    }
                    Some(value) => {
                        return Err(fail(format!("Cannot cast '{value}' to {scalar}")));
                    }
                }
            }
            let texts: ArrayRef = Arc::new(texts.finish());
            let whole = matches!(
                scalar,
                TrinoType::TinyInt | TrinoType::SmallInt | TrinoType::Integer | TrinoType::BigInt
            );
            // A number written with a fraction still becomes an integer.
            match convert(&texts, json, scalar) {
                Err(_) if whole => {
                    convert(&convert(&texts, false, &TrinoType::Double)?, false, scalar)
                }
                converted => converted,
            }
        }
    }
}

fn lists(values: &[Option<&Value>], item: &TrinoType, to: &TrinoType) -> Result<ArrayRef> {
    let mut items = Vec::new();
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        match value {
            None => lengths.push(0),
            Some(Value::Array(array)) => {
                items.extend(array.iter().map(Some));
                lengths.push(array.len());
            }
            Some(other) => return Err(fail(format!("Cannot cast '{other}' to {to}"))),
        }
    }
    let DataType::List(field) = to.to_arrow() else {
        return Err(SqlError::internal("an array's type is one").into());
    };
    let items = build(items, item)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(field, offsets, items, nulls(values))?))
}

fn maps(
    values: &[Option<&Value>],
    key: &TrinoType,
    value: &TrinoType,
    to: &TrinoType,
) -> Result<ArrayRef> {
    let (mut keys, mut entries) = (Vec::new(), Vec::new());
    let mut lengths = Vec::with_capacity(values.len());
    for object in values {
        match object {
            None => lengths.push(0),
            Some(Value::Object(object)) => {
                keys.extend(object.keys().map(|k| Value::String(k.clone())));
                entries.extend(object.values().map(Some));
                lengths.push(object.len());
            }
            Some(other) => return Err(fail(format!("Cannot cast '{other}' to {to}"))),
        }
    }
    let DataType::Map(field, sorted) = to.to_arrow() else {
        return Err(SqlError::internal("a map's type is one").into());
    };
    let DataType::Struct(fields) = field.data_type().clone() else {
        return Err(SqlError::internal("a map's entries are rows").into());
    };
    let keys = build(keys.iter().map(Some).collect(), key)?;
    let entries = StructArray::try_new(fields, vec![keys, build(entries, value)?], None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(MapArray::try_new(field, offsets, entries, nulls(values), sorted)?))
}

fn rows(
    values: &[Option<&Value>],
    fields: &[(Option<String>, TrinoType)],
    to: &TrinoType,
) -> Result<ArrayRef> {
    for value in values.iter().flatten() {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            return Err(fail(format!("Cannot cast '{value}' to {to}")));
        }
    }
    let DataType::Struct(to_fields) = to.to_arrow() else {
        return Err(SqlError::internal("a row's type is one").into());
    };
    let column = |(i, (name, ty)): (usize, &(Option<String>, TrinoType))| {
        let part = |value: &Option<&'_ Value>| -> Option<Value> {
            match (value.as_ref()?, name) {
                (Value::Array(items), _) => items.get(i).cloned(),
                (Value::Object(object), Some(name)) => object
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, v)| v.clone()),
                _ => None,
            }
        };
        let parts: Vec<Option<Value>> = values.iter().map(part).collect();
        build(parts.iter().map(Option::as_ref).collect(), ty)
    };
    let columns = fields.iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new_with_length(to_fields, columns, nulls(values), values.len())?))
}

fn nulls(values: &[Option<&Value>]) -> Option<NullBuffer> {
    Some(NullBuffer::from_iter(values.iter().map(Option::is_some)))
}
