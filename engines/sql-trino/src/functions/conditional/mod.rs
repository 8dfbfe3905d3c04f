//! Functions that choose. `coalesce` and `nullif` are the engine's own;
//! `if` and `try` are syntax.

mod greatest;
mod typeof_;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![greatest::greatest(), greatest::least(), typeof_::function()]
}
