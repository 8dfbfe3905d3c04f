//! `bitwise_and(x, y) → bigint`, `bitwise_or`, `bitwise_xor`, `bitwise_not(x)`,
//! `bitwise_left_shift(x, shift)`, `bitwise_right_shift` (zeros come in) and
//! `bitwise_right_shift_arithmetic` (the sign comes in).

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Evaluate, Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        of_two("bitwise_and", |rows| two(rows, |x, y| x & y)),
        of_two("bitwise_or", |rows| two(rows, |x, y| x | y)),
        of_two("bitwise_xor", |rows| two(rows, |x, y| x ^ y)),
        of_two("bitwise_left_shift", |rows| two(rows, |x, by| shift(by).map_or(0, |by| x << by))),
        of_two("bitwise_right_shift", |rows| {
            two(rows, |x, by| shift(by).map_or(0, |by| (x as u64 >> by) as i64))
        }),
        of_two("bitwise_right_shift_arithmetic", |rows| {
            two(rows, |x, by| x >> shift(by).unwrap_or(63))
        }),
        Function::named("bitwise_not")
            .takes(&[Type::Bigint], Type::Bigint, |rows| {
                let x = rows.long(0);
                rows.longs(|row| Ok(Some(!x.at(row))))
            })
            .finish(),
    ]
}

fn of_two(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[Type::Bigint, Type::Bigint], Type::Bigint, evaluate).finish()
}

fn two(rows: &Rows, rule: fn(i64, i64) -> i64) -> Result<ArrayRef> {
    let (x, y) = (rows.long(0), rows.long(1));
    rows.longs(|row| Ok(Some(rule(x.at(row), y.at(row)))))
}

/// Shifts of all bits or more leave nothing.
fn shift(by: i64) -> Option<u32> {
    u32::try_from(by).ok().filter(|by| *by < 64)
}
