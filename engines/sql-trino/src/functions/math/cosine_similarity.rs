//! `cosine_similarity(x, y) → double` of sparse vectors: maps of varchar to double. NULL where one
//! has no length or a NULL in it.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, MapArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::map::build;
use super::super::scalar::{Function, Rows, map_of};

pub(super) fn function() -> ScalarUDF {
    Function::named("cosine_similarity")
        .takes_any("map(varchar, double), map(varchar, double)", resolve, evaluate)
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let vector = |map: &DataType| {
        let (key, value) = build::types(map)?;
        let fits = key.is_string() || key.is_null();
        (fits && (value.is_numeric() || value.is_null()))
            .then(|| map_of(DataType::Utf8, DataType::Float64))
    };
    let [x, y] = given else { return None };
    Some((vec![vector(x)?, vector(y)?], DataType::Float64))
}

/// The vector of a row; `None` if a part of it is NULL.
fn vector(map: &MapArray, row: usize) -> Result<Option<HashMap<String, f64>>> {
    let entries = map.value(row);
    let keys = cast(entries.column(0), &DataType::Utf8)?;
    let values = cast(entries.column(1), &DataType::Float64)?;
    if values.null_count() > 0 {
        return Ok(None);
    }
    let (keys, values) = (keys.as_string::<i32>(), values.as_primitive::<Float64Type>());
    Ok(Some((0..keys.len()).map(|i| (keys.value(i).to_owned(), values.value(i))).collect()))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let left = vector(rows.map(0), rows.index(0, row))?;
        let right = vector(rows.map(1), rows.index(1, row))?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let norm = |vector: &HashMap<String, f64>| {
            vector.values().map(|value| value * value).sum::<f64>().sqrt()
        };
        let lengths = norm(&left) * norm(&right);
        if lengths == 0.0 {
            return Ok(None);
        }
        let dot: f64 = left.iter().filter_map(|(key, x)| Some(x * right.get(key)?)).sum();
        Ok(Some(dot / lengths))
    })
}
