//! Avro's binary encoding, written.

use super::{Schema, Value};
use crate::error::{Error, Result};

pub(super) fn long(out: &mut Vec<u8>, number: i64) {
    #[allow(clippy::cast_sign_loss, reason = "zigzag")]
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn length(out: &mut Vec<u8>, length: usize) {
    long(out, i64::try_from(length).unwrap_or(i64::MAX));
}

pub(super) fn value(out: &mut Vec<u8>, schema: &Schema, value_: &Value) -> Result<()> {
    match (schema, value_) {
        (Schema::Null, Value::Null) => {}
        (Schema::Boolean, Value::Boolean(truth)) => out.push(u8::from(*truth)),
        (Schema::Int | Schema::Long, Value::Long(number)) => long(out, *number),
        (Schema::Float, Value::Float(number)) => out.extend_from_slice(&number.to_le_bytes()),
        (Schema::Double, Value::Double(number)) => out.extend_from_slice(&number.to_le_bytes()),
        (Schema::Bytes, Value::Bytes(value)) => bytes(out, value),
        (Schema::String, Value::String(text)) => bytes(out, text.as_bytes()),
        (Schema::Fixed(size), Value::Bytes(value)) if value.len() == *size => {
            out.extend_from_slice(value);
        }
        (Schema::Enum(symbols), Value::String(text)) => {
            let at = symbols.iter().position(|symbol| symbol == text);
            length(out, at.ok_or_else(|| unfit(schema, value_))?);
        }
        (Schema::Union(branches), _) => {
            // A union here is null or one thing; the branch that takes the value is the one.
            for (at, branch) in branches.iter().enumerate() {
                let mut within = Vec::new();
                if value(&mut within, branch, value_).is_ok() {
                    length(out, at);
                    out.append(&mut within);
                    return Ok(());
                }
            }
            return Err(unfit(schema, value_));
        }
        (Schema::Array(element), Value::Array(values)) => {
            if !values.is_empty() {
                length(out, values.len());
            }
            for item in values {
                value(out, element, item)?;
            }
            out.push(0);
        }
        (Schema::Map(of), Value::Map(values)) => {
            if !values.is_empty() {
                length(out, values.len());
            }
            for (key, item) in values {
                bytes(out, key.as_bytes());
                value(out, of, item)?;
            }
            out.push(0);
        }
        (Schema::Record(fields), Value::Record(values)) if fields.len() == values.len() => {
            for (field, item) in fields.iter().zip(values) {
                value(out, &field.schema, item)?;
            }
        }
        _ => return Err(unfit(schema, value_)),
    }
    Ok(())
}

fn unfit(schema: &Schema, value: &Value) -> Error {
    Error::invalid(format!("An Avro value does not fit its schema: {value:?} of {schema:?}"))
}
