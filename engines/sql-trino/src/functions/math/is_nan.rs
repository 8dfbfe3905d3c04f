//! `is_nan(x) → boolean`, `is_finite(x)`, `is_infinite(x)`.

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Evaluate, Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        test("is_nan", |rows| of(rows, f64::is_nan)),
        test("is_finite", |rows| of(rows, f64::is_finite)),
        test("is_infinite", |rows| of(rows, f64::is_infinite)),
    ]
}

fn test(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[Type::Double], Type::Boolean, evaluate).finish()
}

fn of(
    rows: &Rows,
    test: fn(f64) -> bool,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    let numbers = rows.double(0);
    rows.booleans(|row| Ok(Some(test(numbers.at(row)))))
}
