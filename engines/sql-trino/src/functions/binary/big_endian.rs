//! `to_big_endian_64(bigint) → varbinary`, `from_big_endian_64(binary) → bigint` and their 32-bit
//! forms for integers.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("to_big_endian_64")
            .takes(&[Type::Bigint], Type::Varbinary, |rows| {
                let numbers = rows.long(0);
                rows.binaries(|row| Ok(Some(numbers.at(row).to_be_bytes())))
            })
            .finish(),
        Function::named("to_big_endian_32")
            .takes(&[Type::Integer], Type::Varbinary, |rows| {
                let numbers = rows.integer(0);
                rows.binaries(|row| Ok(Some(numbers.at(row).to_be_bytes())))
            })
            .finish(),
        Function::named("from_big_endian_64")
            .takes(&[Type::Varbinary], Type::Bigint, |rows| {
                rows.longs(|row| Ok(Some(i64::from_be_bytes(bytes(rows, row)?))))
            })
            .finish(),
        Function::named("from_big_endian_32")
            .takes(&[Type::Varbinary], Type::Integer, from_32)
            .finish(),
    ]
}

fn from_32(rows: &Rows) -> Result<ArrayRef> {
    rows.make::<Int32Type>(|row| Ok(Some(i32::from_be_bytes(bytes(rows, row)?))))
}

fn bytes<const N: usize>(rows: &Rows, row: usize) -> Result<[u8; N]> {
    rows.binary(0).at(row).try_into().map_err(|_| {
        invalid_argument(format!("expected {N}-byte input, but got instead different length"))
    })
}
