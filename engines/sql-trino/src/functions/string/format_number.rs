//! `format_number(x) → varchar`: a short number with a unit, `1.23M`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("format_number").takes(&[Type::Double], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let numbers = rows.double(0);
    rows.varchars(|row| Ok(Some(short(numbers.at(row)))))
}

fn short(number: f64) -> String {
    let mut size = number.abs();
    let mut unit = "";
    for next in ["K", "M", "B", "T", "Q"] {
        if size < 1000.0 {
            break;
        }
        size /= 1000.0;
        unit = next;
    }
    // Three digits in all, without trailing zeros.
    let digits = if size < 10.0 { 2 } else { usize::from(size < 100.0) };
    let text = format!("{size:.digits$}");
    let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{text}{unit}", if number < 0.0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn three_digits_and_a_unit() {
        assert_eq!(short(123_456.0), "123K");
        assert_eq!(short(1_000_000.0), "1M");
        assert_eq!(short(-1_234.0), "-1.23K");
        assert_eq!(short(12.0), "12");
    }
}
