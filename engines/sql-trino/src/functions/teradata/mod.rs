//! Functions of Teradata: dates by its patterns, `index`, `char2hexint`.

mod char2hexint;
mod dates;
mod index;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![char2hexint::function(), index::function()];
    all.extend(dates::all());
    all
}
