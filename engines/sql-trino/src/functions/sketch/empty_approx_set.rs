//! `empty_approx_set() → HyperLogLog`

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Type};
use super::hyperloglog::{BITS_DEFAULT, HyperLogLog};
use crate::opaque::Opaque;

pub(super) fn function() -> ScalarUDF {
    Function::named("empty_approx_set")
        .takes(&[], Type::Opaque(Opaque::HyperLogLog), |rows| {
            let empty = HyperLogLog::new(BITS_DEFAULT).to_bytes();
            rows.opaques(|_| Ok(Some(empty.as_slice())))
        })
        .finish()
}
