//! Single values: how a partition's value is written in Avro, and as a bound.
//!
//! <https://iceberg.apache.org/spec/#binary-single-value-serialization>

use serde_json::{Value as Json, json};

use crate::avro::Value;
use crate::types::Primitive;

/// Avro's type of a primitive; `id` keeps the names of fixed types apart.
pub(super) fn avro_type(of: Primitive, id: i32) -> Json {
    match of {
        Primitive::Boolean => json!("boolean"),
        Primitive::Int => json!("int"),
        Primitive::Long => json!("long"),
        Primitive::Float => json!("float"),
        Primitive::Double => json!("double"),
        Primitive::Date => json!({ "type": "int", "logicalType": "date" }),
        Primitive::Time => json!({ "type": "long", "logicalType": "time-micros" }),
        Primitive::Timestamp => json!({
            "type": "long", "logicalType": "timestamp-micros", "adjust-to-utc": false }),
        Primitive::Timestamptz => json!({
            "type": "long", "logicalType": "timestamp-micros", "adjust-to-utc": true }),
        Primitive::String => json!("string"),
        Primitive::Binary => json!("bytes"),
        Primitive::Uuid => json!({
            "type": "fixed", "size": 16, "logicalType": "uuid", "name": format!("uuid_{id}") }),
        Primitive::Fixed(length) => json!({
            "type": "fixed", "size": length, "name": format!("fixed_{id}") }),
        Primitive::Decimal { precision, scale } => json!({
            "type": "fixed", "size": decimal_bytes(precision), "logicalType": "decimal",
            "precision": precision, "scale": scale, "name": format!("decimal_{id}") }),
    }
}

/// Bytes that hold any decimal of a precision.
pub(crate) fn decimal_bytes(precision: u32) -> usize {
    let mut bytes = 1;
    let most = 10_i128.pow(precision.min(38)) - 1;
    while bytes < 16 && most > (1_i128 << (8 * bytes - 1)) - 1 {
        bytes += 1;
    }
    bytes
}

/// A value as a bound is written; none for null.
pub fn single_value(of: Primitive, value: &Value) -> Option<Vec<u8>> {
    Some(match (of, value) {
        (Primitive::Boolean, Value::Boolean(truth)) => vec![u8::from(*truth)],
        (Primitive::Int | Primitive::Date, Value::Long(number)) => {
            i32::try_from(*number).ok()?.to_le_bytes().to_vec()
        }
        (_, Value::Long(number)) => number.to_le_bytes().to_vec(),
        (_, Value::Float(number)) => number.to_le_bytes().to_vec(),
        (_, Value::Double(number)) => number.to_le_bytes().to_vec(),
        (_, Value::String(text)) => text.clone().into_bytes(),
        (Primitive::Decimal { .. }, Value::Bytes(bytes)) => shortest(bytes),
        (_, Value::Bytes(bytes)) => bytes.clone(),
        _ => return None,
    })
}

/// A bound as a value; none where its bytes are not of the type. A column that became wider has
/// bounds of the narrower type too.
pub fn read_single_value(of: Primitive, bytes: &[u8]) -> Option<Value> {
    let four = || <[u8; 4]>::try_from(bytes).ok();
    let eight = || <[u8; 8]>::try_from(bytes).ok();
    Some(match of {
        Primitive::Boolean => Value::Boolean(*bytes.first()? != 0),
        Primitive::Float => Value::Float(f32::from_le_bytes(four()?)),
        Primitive::Double => match four() {
            Some(short) => Value::Double(f32::from_le_bytes(short).into()),
            None => Value::Double(f64::from_le_bytes(eight()?)),
        },
        Primitive::Int | Primitive::Date => Value::Long(i32::from_le_bytes(four()?).into()),
        Primitive::Long | Primitive::Time | Primitive::Timestamp | Primitive::Timestamptz => {
            match four() {
                Some(short) => Value::Long(i32::from_le_bytes(short).into()),
                None => Value::Long(i64::from_le_bytes(eight()?)),
            }
        }
        Primitive::String => Value::String(String::from_utf8(bytes.to_vec()).ok()?),
        Primitive::Uuid | Primitive::Fixed(_) | Primitive::Binary | Primitive::Decimal { .. } => {
            Value::Bytes(bytes.to_vec())
        }
    })
}

/// Any decimal of a precision as partition values are written.
pub fn decimal_value(precision: u32, unscaled: i128) -> Value {
    let all = unscaled.to_be_bytes();
    Value::Bytes(all[all.len() - decimal_bytes(precision)..].to_vec())
}

/// A number of two's complement, the highest byte first, in as few bytes as hold it.
fn shortest(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    while let [first, second, ..] = rest {
        let spare = (*first == 0 && second & 0x80 == 0) || (*first == 0xff && second & 0x80 != 0);
        if !spare {
            break;
        }
        rest = &rest[1..];
    }
    rest.to_vec()
}

/// Which of two values of a type is less.
pub(super) fn compare(of: Primitive, a: &Value, b: &Value) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    match (a, b) {
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Long(a), Value::Long(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => match of {
            // The same length always, so only the sign stands in the way.
            Primitive::Decimal { .. } => {
                let sign = |bytes: &[u8]| bytes.first().is_some_and(|byte| byte & 0x80 != 0);
                sign(b).cmp(&sign(a)).then_with(|| a.cmp(b))
            }
            _ => a.cmp(b),
        },
        _ => Ordering::Equal,
    }
}
