//! Functions that take functions: `transform(x, e -> …)`. A lambda is evaluated once over all
//! elements of a batch, never element by element.

mod array_sort;
mod call;
mod filter;
mod find_first;
mod find_first_index;
mod map_filter;
mod map_zip_with;
mod matches;
mod reduce;
mod regexp_replace;
mod transform;
mod transform_keys;
mod transform_values;
mod zip_with;

use datafusion::logical_expr::HigherOrderUDF;

pub(super) fn all() -> Vec<HigherOrderUDF> {
    vec![
        array_sort::function(),
        filter::function(),
        find_first::function(),
        find_first_index::function(),
        map_filter::function(),
        map_zip_with::function(),
        matches::all_match(),
        matches::any_match(),
        matches::none_match(),
        reduce::function(),
        regexp_replace::function(),
        transform::function(),
        transform_keys::function(),
        transform_values::function(),
        zip_with::function(),
    ]
}
