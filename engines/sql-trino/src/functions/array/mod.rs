//! Arrays. Elements are compared through Arrow's row encoding, so every function takes every
//! element type, nested ones too.

mod array_distinct;
mod array_except;
mod array_histogram;
mod array_intersect;
mod array_join;
mod array_max;
mod array_min;
mod array_position;
mod array_remove;
mod array_union;
mod arrays_overlap;
mod cardinality;
mod combinations;
pub(crate) mod concat;
mod contains;
mod contains_sequence;
mod element_at;
mod flatten;
pub(crate) mod lists;
mod ngrams;
mod repeat;
pub(crate) mod reverse;
mod sequence;
mod shuffle;
mod slice;
mod trim_array;
mod zip;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        array_distinct::function(),
        array_except::function(),
        array_histogram::function(),
        array_intersect::function(),
        array_join::function(),
        array_max::function(),
        array_min::function(),
        array_position::function(),
        array_remove::function(),
        array_union::function(),
        arrays_overlap::function(),
        cardinality::function(),
        combinations::function(),
        contains::function(),
        contains_sequence::function(),
        element_at::function(),
        flatten::function(),
        ngrams::function(),
        repeat::function(),
        sequence::function(),
        shuffle::function(),
        slice::function(),
        trim_array::function(),
        zip::function(),
    ]
}
