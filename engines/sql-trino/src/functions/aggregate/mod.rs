//! Aggregates. `count`, `min`, `max`, `array_agg`, `approx_distinct`, the standard deviations,
//! variances, covariances, correlation and regression are the engine's own.

mod aliases;
mod approx_percentile;
mod bigint_sum;
mod count_if;
mod declared;
mod extreme_by;
mod geometric_mean;
mod histogram;
mod map_agg;
mod moments;
mod multimap_agg;
mod numeric;
mod real;

use datafusion::logical_expr::AggregateUDF;

pub(super) fn all() -> Vec<AggregateUDF> {
    let mut all = vec![
        approx_percentile::function(),
        count_if::function(),
        extreme_by::max_by(),
        extreme_by::min_by(),
        geometric_mean::function(),
        histogram::function(),
        map_agg::function(),
        moments::kurtosis(),
        moments::skewness(),
        multimap_agg::function(),
        numeric::avg(),
        numeric::sum(),
    ];
    all.extend(aliases::all());
    all
}
