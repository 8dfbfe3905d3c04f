//! Maps: keys are unique, NULL is no key.

pub(crate) mod build;
mod from_arrays;
mod map_concat;
mod map_entries;
mod map_from_entries;
mod map_keys;
mod map_values;

pub(crate) use from_arrays::duplicate;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        from_arrays::function(),
        map_concat::function(),
        map_entries::function(),
        map_from_entries::function(),
        map_from_entries::multimap(),
        map_keys::function(),
        map_values::function(),
    ]
}
