//! `e() → double`, `infinity() → double`, `nan() → double`.

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Evaluate, Function, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        constant("e", |rows| rows.doubles(|_| Ok(Some(std::f64::consts::E)))),
        constant("infinity", |rows| rows.doubles(|_| Ok(Some(f64::INFINITY)))),
        constant("nan", |rows| rows.doubles(|_| Ok(Some(f64::NAN)))),
    ]
}

fn constant(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[], Type::Double, evaluate).finish()
}
