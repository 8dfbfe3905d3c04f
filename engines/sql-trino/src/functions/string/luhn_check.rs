//! `luhn_check(string) → boolean`: whether the last digit is the check digit of the others.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("luhn_check").takes(&[Type::Varchar], Type::Boolean, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.booleans(|row| {
        let text = texts.at(row);
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid_argument("Input must contain only digits"));
        }
        Ok(Some(!text.is_empty() && checks(text)))
    })
}

fn checks(digits: &str) -> bool {
    let weighed = digits.bytes().rev().enumerate().map(|(place, byte)| {
        let digit = u64::from(byte - b'0');
        match place % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        }
    });
    weighed.sum::<u64>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::checks;

    #[test]
    fn known_numbers() {
        assert!(checks("79927398713") && checks("4242424242424242"));
        assert!(!checks("79927398714"));
    }
}
