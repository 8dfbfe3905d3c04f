//! Addresses, identifiers and sketches from texts and bytes, and back to bytes.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, Int64Array};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::error::{DataFusionError, Result};

use super::cell::Cell;
use crate::opaque::{Opaque, bytes, prefix};
use crate::types::TrinoType;

fn invalid(message: String) -> DataFusionError {
    SqlError::user("INVALID_CAST_ARGUMENT", message).into()
}

pub(super) fn to_opaque(array: &ArrayRef, to: Opaque) -> Result<ArrayRef> {
    let from = Opaque::of(array.data_type());
    if from == Some(to) {
        return Ok(Arc::clone(array));
    }
    if to == Opaque::BingTile {
        let numbers = array.as_primitive_opt::<Int64Type>();
        let numbers = numbers.ok_or_else(|| invalid("Cannot cast value to BingTile".into()))?;
        return to.numbers(Int64Array::clone(numbers));
    }
    let mut values: Vec<Option<Vec<u8>>> = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        if array.is_null(row) {
            values.push(None);
            continue;
        }
        let value = match from {
            Some(_) => between(bytes(array.as_struct().column(0), row), to),
            None => match Cell::read(array.as_ref(), row) {
                Cell::Text(text) => Some(to.parse(text).ok_or_else(|| {
                    invalid(format!("Cannot cast value to {}: {text}", shown(to)))
                })?),
                Cell::Bytes(given) => of_bytes(given, to),
                _ => None,
            },
        };
        values.push(Some(value.ok_or_else(|| invalid(format!("Invalid {} value", shown(to))))?));
    }
    to.column(&values)
}

fn shown(opaque: Opaque) -> String {
    opaque.name().to_uppercase()
}

/// An address is a network of its own; a network's address is its first.
fn between(given: &[u8], to: Opaque) -> Option<Vec<u8>> {
    let address: [u8; 16] = given.get(..16)?.try_into().ok()?;
    match to {
        Opaque::IpAddress => Some(address.to_vec()),
        Opaque::IpPrefix => {
            let bits = if crate::opaque::is_version_four(&address) { 32 } else { 128 };
            prefix(address, bits).map(Vec::from)
        }
        _ => None,
    }
}

fn of_bytes(given: &[u8], to: Opaque) -> Option<Vec<u8>> {
    match to {
        Opaque::IpAddress if given.len() == 4 => {
            let four: [u8; 4] = given.try_into().ok()?;
            Some(std::net::Ipv4Addr::from(four).to_ipv6_mapped().octets().to_vec())
        }
        Opaque::IpAddress | Opaque::Uuid => (given.len() == 16).then(|| given.to_vec()),
        _ => Some(given.to_vec()),
    }
}

pub(super) fn from_opaque(array: &ArrayRef, to: &TrinoType) -> Result<ArrayRef> {
    let inner = array.as_struct().column(0);
    match to {
        TrinoType::BigInt => Ok(Arc::clone(inner)),
        TrinoType::Varbinary => {
            let mut builder = BinaryBuilder::new();
            for row in 0..array.len() {
                if array.is_null(row) {
                    builder.append_null();
                } else {
                    builder.append_value(bytes(inner, row));
                }
            }
            Ok(Arc::new(builder.finish()))
        }
        other => {
            let from = TrinoType::of_arrow(array.data_type());
            let message = format!("Cannot cast {from} to {other}");
            Err(SqlError::user("TYPE_MISMATCH", message).into())
        }
    }
}
