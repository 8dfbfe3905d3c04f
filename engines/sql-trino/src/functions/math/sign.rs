//! `sign(x) → [same as input]`: -1, 0 or 1; NaN of NaN.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("sign")
        .takes(&[Type::Bigint], Type::Bigint, of_long)
        .takes(&[Type::Double], Type::Double, of_double)
        .finish()
}

fn of_long(rows: &Rows) -> Result<ArrayRef> {
    let numbers = rows.long(0);
    rows.longs(|row| Ok(Some(numbers.at(row).signum())))
}

fn of_double(rows: &Rows) -> Result<ArrayRef> {
    let numbers = rows.double(0);
    rows.doubles(|row| {
        let number = numbers.at(row);
        Ok(Some(if number == 0.0 { 0.0 } else { number.signum() }))
    })
}
