//! Sketches: what sets and distributions are summed up in, as values that can be kept and merged.

pub(crate) mod aggregates;
mod empty_approx_set;
pub(crate) mod hyperloglog;
mod quantile;
pub(crate) mod quantiles;
pub(crate) mod set_digest;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![empty_approx_set::function()];
    all.extend(quantile::all());
    all.extend(set_digest::all());
    all
}
