//! `parse_data_size(string) → decimal(38,0)`: bytes of a text such as `2.3MB`; each unit is 1,024 of
//! the one before.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Decimal128Builder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows};

const SIZE: DataType = DataType::Decimal128(38, 0);
const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

pub(super) fn function() -> ScalarUDF {
    Function::named("parse_data_size")
        .takes_any(
            "varchar",
            |given| match given {
                [text] if text.is_string() => Some((given.to_vec(), SIZE)),
                _ => None,
            },
            evaluate,
        )
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    let mut sizes = Decimal128Builder::with_capacity(rows.len()).with_data_type(SIZE);
    for row in 0..rows.len() {
        if rows.skips(row) {
            sizes.append_null();
            continue;
        }
        let text = texts.at(row);
        let refused = || invalid_argument(format!("Invalid data size: '{text}'"));
        sizes.append_value(size(text).ok_or_else(refused)?);
    }
    Ok(Arc::new(sizes.finish()))
}

fn size(text: &str) -> Option<i128> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = UNITS.iter().position(|unit| *unit == text[digits..].trim())?;
    let factor = 1_i128 << (10 * unit);
    let (whole, fraction) = text[..digits].split_once('.').unwrap_or((&text[..digits], ""));
    let whole: i128 = whole.parse().ok()?;
    if fraction.len() > 12 {
        return None;
    }
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let part = part.checked_mul(factor)? / 10_i128.pow(fraction.len() as u32);
    whole.checked_mul(factor)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes() {
        assert_eq!(size("1B"), Some(1));
        assert_eq!(size("1kB"), Some(1024));
        assert_eq!(size("2.3MB"), Some(2_411_724));
        assert_eq!((size("1XB"), size("MB"), size("")), (None, None, None));
    }
}
