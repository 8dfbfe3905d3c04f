//! `wilson_interval_lower(successes, trials, z) → double` and `wilson_interval_upper`: bounds of
//! Wilson's score interval of a share.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

const ARGUMENTS: &[Type] = &[Type::Bigint, Type::Bigint, Type::Double];

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("wilson_interval_lower")
            .takes(ARGUMENTS, Type::Double, |rows| evaluate(rows, -1.0))
            .finish(),
        Function::named("wilson_interval_upper")
            .takes(ARGUMENTS, Type::Double, |rows| evaluate(rows, 1.0))
            .finish(),
    ]
}

fn evaluate(rows: &Rows, side: f64) -> Result<ArrayRef> {
    let (successes, trials, scores) = (rows.long(0), rows.long(1), rows.double(2));
    rows.doubles(|row| {
        let (successes, trials, z) = (successes.at(row), trials.at(row), scores.at(row));
        let refusal = match (successes, trials) {
            (s, _) if s < 0 => "number of successes must not be negative",
            (_, n) if n <= 0 => "number of trials must be positive",
            (s, n) if s > n => "number of successes must not be larger than number of trials",
            _ if z < 0.0 => "z-score must not be negative",
            _ => {
                let n = trials as f64;
                let share = successes as f64 / n;
                let middle = share + z * z / (2.0 * n);
                let width = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() * side;
                return Ok(Some((middle + width) / (1.0 + z * z / n)));
            }
        };
        Err(invalid_argument(refusal))
    })
}
