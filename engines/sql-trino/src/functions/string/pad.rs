//! `lpad(string, size, padstring) → varchar` and `rpad`: to the size in characters, cut if longer.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

/// Far above any sensible text, far below the memory of a batch.
const SIZE_MAX: i64 = 1 << 24;

pub(super) fn lpad() -> ScalarUDF {
    let types = &[Type::Varchar, Type::Bigint, Type::Varchar];
    Function::named("lpad").takes(types, Type::Varchar, |rows| pad(rows, true)).finish()
}

pub(super) fn rpad() -> ScalarUDF {
    let types = &[Type::Varchar, Type::Bigint, Type::Varchar];
    Function::named("rpad").takes(types, Type::Varchar, |rows| pad(rows, false)).finish()
}

fn pad(rows: &Rows, left: bool) -> Result<ArrayRef> {
    let (texts, sizes, pads) = (rows.text(0), rows.long(1), rows.text(2));
    rows.varchars(|row| {
        let (text, size, padding) = (texts.at(row), sizes.at(row), pads.at(row));
        if !(0..=SIZE_MAX).contains(&size) {
            let text = format!("Target length must be in the range [0..{SIZE_MAX}]");
            return Err(invalid_argument(text));
        }
        if padding.is_empty() {
            return Err(invalid_argument("Padding string must not be empty"));
        }
        let size = usize::try_from(size).expect("in range");
        let length = text.chars().count();
        let fill = || padding.chars().cycle().take(size.saturating_sub(length));
        let kept = || text.chars().take(size);
        Ok(Some(if left {
            fill().chain(kept()).collect::<String>()
        } else {
            kept().chain(fill()).collect()
        }))
    })
}
