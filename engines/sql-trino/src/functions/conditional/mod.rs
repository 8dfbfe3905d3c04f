//! Functions that choose. `coalesce` and `nullif` are the engine's own;
//! `if` and `try` are syntax.

mod greatest;
mod parse_data_size;
mod typeof_;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![greatest::greatest(), greatest::least(), parse_data_size::function(), typeof_::function()]
}
