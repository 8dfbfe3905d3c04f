//! What the session is set to: `current_catalog`, `current_schema`.

mod current;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    current::all()
}
