//! `bit_count(x, bits) → bigint`: bits set in x as a signed number of so many bits.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("bit_count")
        .takes(&[Type::Bigint, Type::Bigint], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (numbers, widths) = (rows.long(0), rows.long(1));
    rows.longs(|row| {
        let (number, bits) = (numbers.at(row), widths.at(row));
        if !(2..=64).contains(&bits) {
            return Err(invalid_argument(format!(
                "Bits specified in bit_count must be between 2 and 64, got {bits}"
            )));
        }
        let most = i64::MAX >> (64 - bits);
        if number > most || number < -most - 1 {
            return Err(invalid_argument(format!(
                "Number must be representable with the bits specified. {number} cannot be \
                 represented with {bits} bits"
            )));
        }
        let mask = u64::MAX >> (64 - bits);
        Ok(Some((number as u64 & mask).count_ones().into()))
    })
}
