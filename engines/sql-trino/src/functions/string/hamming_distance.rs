//! `hamming_distance(string1, string2) → bigint`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("hamming_distance")
        .takes(&[Type::Varchar, Type::Varchar], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (left, right) = (rows.text(0), rows.text(1));
    rows.longs(|row| {
        let (left, right) = (left.at(row), right.at(row));
        if left.chars().count() != right.chars().count() {
            return Err(invalid_argument(
                "The input strings to hamming_distance function must have the same length",
            ));
        }
        let different = left.chars().zip(right.chars()).filter(|(l, r)| l != r).count();
        Ok(i64::try_from(different).ok())
    })
}
