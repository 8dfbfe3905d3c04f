//! Aggregates. `count`, `min`, `max`, `array_agg`, `approx_distinct`, the standard deviations,
//! variances, covariances, correlation and regression are the engine's own.

mod aliases;
mod approx_most_frequent;
mod approx_percentile;
mod bigint_sum;
mod checksum;
mod count_if;
pub(super) mod declared;
mod extreme_by;
mod geometric_mean;
mod histogram;
mod map_agg;
mod map_union;
mod moments;
mod multimap_agg;
mod numeric;
mod numeric_histogram;
mod real;

pub(super) use checksum::hashes as checksum_hashes;
use datafusion::logical_expr::AggregateUDF;

pub(super) fn all() -> Vec<AggregateUDF> {
    let mut all = vec![
        approx_most_frequent::function(),
        approx_percentile::function(),
        checksum::function(),
        count_if::function(),
        extreme_by::max_by(),
        extreme_by::min_by(),
        geometric_mean::function(),
        histogram::function(),
        map_agg::function(),
        map_union::function(),
        moments::kurtosis(),
        moments::skewness(),
        multimap_agg::function(),
        numeric::avg(),
        numeric::sum(),
        numeric_histogram::function(),
    ];
    all.extend(aliases::all());
    all.extend(super::geospatial::aggregates::all());
    all.extend(super::sketch::aggregates::all());
    all
}
