//! `to_base(x, radix) → varchar`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::from_base::radix;

pub(super) fn function() -> ScalarUDF {
    Function::named("to_base")
        .takes(&[Type::Bigint, Type::Bigint], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (numbers, radixes) = (rows.long(0), rows.long(1));
    rows.varchars(|row| {
        let (number, radix) = (numbers.at(row), radix(radixes.at(row))?);
        let mut left = number.unsigned_abs();
        let mut digits = Vec::new();
        loop {
            let digit = u32::try_from(left % u64::from(radix)).expect("below the radix");
            digits.push(char::from_digit(digit, radix).expect("below the radix"));
            left /= u64::from(radix);
            if left == 0 {
                break;
            }
        }
        if number < 0 {
            digits.push('-');
        }
        Ok(Some(digits.iter().rev().collect::<String>()))
    })
}
