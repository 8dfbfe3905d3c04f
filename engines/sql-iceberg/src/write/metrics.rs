//! What manifests say of a file's columns: how many values, how many of them null, and between which
//! bounds.

use std::collections::BTreeMap;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{DataFile, single_value};
use aquifer_iceberg::{Primitive, Schema, Type};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::functions_aggregate::min_max::{MaxAccumulator, MinAccumulator};
use datafusion::logical_expr::Accumulator;

use crate::scalar::value;

/// Characters, or bytes, of a bound.
const BOUND_LENGTH: usize = 16;

/// The columns of one file.
pub(super) struct Metrics(Vec<Option<Column>>);

struct Column {
    id: i32,
    of: Primitive,
    values: i64,
    nulls: i64,
    nans: i64,
    least: Option<MinAccumulator>,
    greatest: Option<MaxAccumulator>,
}

impl Metrics {
    pub(super) fn new(schema: &Schema, types: &[DataType]) -> Self {
        let column = |(field, data_type): (&aquifer_iceberg::Field, &DataType)| {
            let Type::Primitive(of) = field.field_type else { return None };
            Some(Column {
                id: field.id,
                of,
                values: 0,
                nulls: 0,
                nans: 0,
                least: MinAccumulator::try_new(data_type).ok(),
                greatest: MaxAccumulator::try_new(data_type).ok(),
            })
        };
        Self(schema.columns.fields.iter().zip(types).map(column).collect())
    }

    pub(super) fn see(&mut self, batch: &RecordBatch) {
        for (column, array) in self.0.iter_mut().zip(batch.columns()) {
            if let Some(column) = column {
                column.see(array);
            }
        }
    }

    pub(super) fn tell(self, file: &mut DataFile) {
        for mut column in self.0.into_iter().flatten() {
            file.value_counts.insert(column.id, column.values);
            file.null_value_counts.insert(column.id, column.nulls);
            if matches!(column.of, Primitive::Float | Primitive::Double) {
                file.nan_value_counts.insert(column.id, column.nans);
            }
            let (least, greatest) = column.bounds();
            put(&mut file.lower_bounds, column.id, least);
            put(&mut file.upper_bounds, column.id, greatest);
        }
    }
}

fn put(bounds: &mut BTreeMap<i32, Vec<u8>>, id: i32, bound: Option<Vec<u8>>) {
    if let Some(bound) = bound {
        bounds.insert(id, bound);
    }
}

impl Column {
    fn see(&mut self, array: &ArrayRef) {
        self.values += i64::try_from(array.len()).unwrap_or(0);
        self.nulls += i64::try_from(array.null_count()).unwrap_or(0);
        self.nans += nans(array);
        let seen = std::slice::from_ref(array);
        if self.least.as_mut().is_some_and(|least| least.update_batch(seen).is_err()) {
            self.least = None;
        }
        if self.greatest.as_mut().is_some_and(|greatest| greatest.update_batch(seen).is_err()) {
            self.greatest = None;
        }
    }

    fn bounds(&mut self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        // What is no number has no place among numbers.
        if self.nans > 0 {
            return (None, None);
        }
        let least = self.least.as_mut().and_then(|least| least.evaluate().ok());
        let greatest = self.greatest.as_mut().and_then(|greatest| greatest.evaluate().ok());
        let least = least.map(|least| value(self.of, &least)).and_then(cut_down);
        let greatest = greatest.map(|greatest| value(self.of, &greatest));
        let greatest = greatest.and_then(|greatest| cut_up(self.of, greatest));
        let bytes = |value: Option<Value>| single_value(self.of, &value?);
        (bytes(least.map(|least| short(self.of, least))), bytes(greatest))
    }
}

fn nans(array: &ArrayRef) -> i64 {
    let count = match array.data_type() {
        DataType::Float32 => {
            array.as_primitive::<Float32Type>().iter().flatten().filter(|n| n.is_nan()).count()
        }
        DataType::Float64 => {
            array.as_primitive::<Float64Type>().iter().flatten().filter(|n| n.is_nan()).count()
        }
        _ => 0,
    };
    i64::try_from(count).unwrap_or(0)
}

/// The beginning of a text, which is never greater than the text.
fn cut_down(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Value::String(text.chars().take(BOUND_LENGTH).collect())),
        other => Some(other),
    }
}

/// The beginning of bytes.
fn short(of: Primitive, value: Value) -> Value {
    match (of, value) {
        (Primitive::Binary, Value::Bytes(bytes)) => {
            Value::Bytes(bytes.into_iter().take(BOUND_LENGTH).collect())
        }
        (_, value) => value,
    }
}

/// A short text that is not less than a text; none where there is none.
fn cut_up(of: Primitive, value: Value) -> Option<Value> {
    match (of, value) {
        (_, Value::Null) => None,
        (_, Value::String(text)) if text.chars().count() > BOUND_LENGTH => {
            let mut kept: Vec<char> = text.chars().take(BOUND_LENGTH).collect();
            while let Some(last) = kept.pop() {
                let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
                if let Some(next) = next {
                    kept.push(next);
                    return Some(Value::String(kept.into_iter().collect()));
                }
            }
            None
        }
        (Primitive::Binary, Value::Bytes(bytes)) if bytes.len() > BOUND_LENGTH => {
            let mut kept = bytes[..BOUND_LENGTH].to_vec();
            while let Some(last) = kept.pop() {
                if last < u8::MAX {
                    kept.push(last + 1);
                    return Some(Value::Bytes(kept));
                }
            }
            None
        }
        (_, value) => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_short_and_hold() {
        let long = "abcdefghijklmnopqrstuvwxyz".to_owned();
        let least = cut_down(Value::String(long.clone()));
        assert_eq!(least, Some(Value::String("abcdefghijklmnop".into())));
        let greatest = cut_up(Primitive::String, Value::String(long));
        assert_eq!(greatest, Some(Value::String("abcdefghijklmnoq".into())));
        let last = Value::String(char::MAX.to_string().repeat(20));
        assert_eq!(cut_up(Primitive::String, last), None);
    }
}
