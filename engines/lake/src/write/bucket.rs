//! Which bucket a row goes to: Hive's first hash, by which readers of bucketed tables find rows.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampNanosecondType,
};

use crate::error::{LakeError, Result};

/// The bucket of each row, of so many.
pub(super) fn buckets(columns: &[&ArrayRef], rows: usize, count: u32) -> Result<Vec<u32>> {
    let mut hashes = vec![0i32; rows];
    for column in columns {
        let own = hashes_of(column)?;
        for (hash, own) in hashes.iter_mut().zip(own) {
            *hash = hash.wrapping_mul(31).wrapping_add(own);
        }
    }
    let count = count.max(1);
    Ok(hashes.into_iter().map(|hash| (hash & i32::MAX).cast_unsigned() % count).collect())
}

/// The hash of each value; that of NULL is 0.
fn hashes_of(column: &ArrayRef) -> Result<Vec<i32>> {
    fn each(array: &dyn Array, hash: impl Fn(usize) -> i32) -> Vec<i32> {
        (0..array.len()).map(|row| if array.is_null(row) { 0 } else { hash(row) }).collect()
    }
    let column = match column.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 => cast(column, &DataType::Utf8),
        DataType::Timestamp(..) => cast(column, &DataType::Timestamp(TimeUnit::Nanosecond, None)),
        _ => Ok(column.clone()),
    };
    let column = column.map_err(|error| LakeError::Query(error.into()))?;
    let array = column.as_ref();
    Ok(match array.data_type() {
        DataType::Boolean => each(array, |row| i32::from(array.as_boolean().value(row))),
        DataType::Int8 => each(array, |row| array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => each(array, |row| array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => each(array, |row| array.as_primitive::<Int32Type>().value(row)),
        DataType::Date32 => each(array, |row| array.as_primitive::<Date32Type>().value(row)),
        DataType::Int64 => each(array, |row| long(array.as_primitive::<Int64Type>().value(row))),
        DataType::Float32 => each(array, |row| {
            let value = array.as_primitive::<Float32Type>().value(row);
            // Both zeros are one.
            if value == 0.0 { 0 } else { value.to_bits().cast_signed() }
        }),
        DataType::Float64 => each(array, |row| {
            let value = array.as_primitive::<Float64Type>().value(row);
            if value == 0.0 { 0 } else { long(value.to_bits().cast_signed()) }
        }),
        DataType::Utf8 => each(array, |row| {
            let bytes = array.as_string::<i32>().value(row).bytes();
            bytes.fold(0i32, |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(i32::from(byte.cast_signed()))
            })
        }),
        DataType::Timestamp(..) => each(array, |row| {
            let nanos = array.as_primitive::<TimestampNanosecondType>().value(row);
            let (seconds, nanos) =
                (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
            long((seconds << 30) | nanos)
        }),
        other => {
            return Err(LakeError::Bucket { message: format!("a column of type {other}") });
        }
    })
}

fn long(value: i64) -> i32 {
    (value ^ (value.cast_unsigned() >> 32).cast_signed()) as i32
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{BooleanArray, Float64Array, Int64Array, StringArray};

    use super::*;

    /// Values that Hive's own tests know.
    #[test]
    fn hashes_are_hives() {
        let strings: ArrayRef = Arc::new(StringArray::from(vec![
            Some(""),
            Some("test"),
            Some("test1"),
            Some("value"),
            None,
        ]));
        assert_eq!(hashes_of(&strings).unwrap(), [0, 3_556_498, 110_251_487, 111_972_721, 0]);
        let longs: ArrayRef = Arc::new(Int64Array::from(vec![0, -5, 300, 1 << 40]));
        assert_eq!(hashes_of(&longs).unwrap(), [0, 4, 300, 256]);
        let doubles: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0, 1.0]));
        assert_eq!(hashes_of(&doubles).unwrap(), [0, 0, 1_072_693_248]);
        let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
        assert_eq!(hashes_of(&flags).unwrap(), [1, 0]);
        let both = buckets(&[&longs, &longs], 4, 16).unwrap();
        assert_eq!(both, [0, (4 * 31 + 4) % 16, (300 * 31 + 300) % 16, (256 * 32) % 16]);
    }
}
