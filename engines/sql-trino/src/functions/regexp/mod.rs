//! Regular expressions, in Java's syntax: look-around, possessive and lazy quantifiers and back
//! references work; matching gives up with an error rather than run for ever.

pub(super) mod pattern;
mod regexp_count;
mod regexp_extract;
mod regexp_extract_all;
mod regexp_like;
mod regexp_position;
mod regexp_replace;
mod regexp_split;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        regexp_count::function(),
        regexp_extract::function(),
        regexp_extract_all::function(),
        regexp_like::function(),
        regexp_position::function(),
        regexp_replace::function(),
        regexp_split::function(),
    ]
}
