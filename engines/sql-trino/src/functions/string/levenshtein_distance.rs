//! `levenshtein_distance(string1, string2) → bigint`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

/// The work grows with the product of the lengths.
const PRODUCT_MAX: usize = 1_000_000;

pub(super) fn function() -> ScalarUDF {
    Function::named("levenshtein_distance")
        .takes(&[Type::Varchar, Type::Varchar], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (left, right) = (rows.text(0), rows.text(1));
    rows.longs(|row| {
        let left: Vec<char> = left.at(row).chars().collect();
        let right: Vec<char> = right.at(row).chars().collect();
        if left.len().saturating_mul(right.len()) > PRODUCT_MAX {
            return Err(invalid_argument(format!(
                "The combined inputs for Levenshtein distance are too large: {} and {} characters",
                left.len(),
                right.len()
            )));
        }
        Ok(i64::try_from(distance(&left, &right)).ok())
    })
}

/// One row of the table of edit distances at a time.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
