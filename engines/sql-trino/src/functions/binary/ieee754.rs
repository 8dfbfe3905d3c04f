//! `to_ieee754_64(double) → varbinary`, `from_ieee754_64(binary) → double` and their 32-bit forms
//! for reals: big-endian.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::Float32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("to_ieee754_64")
            .takes(&[Type::Double], Type::Varbinary, |rows| {
                let numbers = rows.double(0);
                rows.binaries(|row| Ok(Some(numbers.at(row).to_be_bytes())))
            })
            .finish(),
        Function::named("to_ieee754_32")
            .takes(&[Type::Real], Type::Varbinary, |rows| {
                let numbers = rows.array(0).as_primitive::<Float32Type>();
                rows.binaries(|row| Ok(Some(numbers.value(rows.index(0, row)).to_be_bytes())))
            })
            .finish(),
        Function::named("from_ieee754_64")
            .takes(&[Type::Varbinary], Type::Double, |rows| {
                rows.doubles(|row| Ok(Some(f64::from_be_bytes(bytes(rows, row)?))))
            })
            .finish(),
        Function::named("from_ieee754_32").takes(&[Type::Varbinary], Type::Real, from_32).finish(),
    ]
}

fn from_32(rows: &Rows) -> Result<ArrayRef> {
    rows.make::<Float32Type>(|row| Ok(Some(f32::from_be_bytes(bytes(rows, row)?))))
}

fn bytes<const N: usize>(rows: &Rows, row: usize) -> Result<[u8; N]> {
    let bytes = rows.binary(0).at(row);
    bytes.try_into().map_err(|_| {
        let (width, kind) = (N, if N == 4 { "single" } else { "double" });
        invalid_argument(format!(
            "Input {kind}-precision floating-point value must be exactly {width}-byte long; got {}",
            bytes.len()
        ))
    })
}
