//! JSON. A JSON value is text marked as JSON in its column's metadata; what takes JSON takes any
//! text. Casts to and from JSON are the dialect's own and not here.

mod extract;
mod is_json_scalar;
mod json_array_contains;
mod json_array_get;
mod json_array_length;
mod json_format;
mod json_parse;
mod json_size;
mod path;
mod scan;
mod sql;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![
        is_json_scalar::function(),
        json_array_contains::function(),
        json_array_get::function(),
        json_array_length::function(),
        json_format::function(),
        json_parse::function(),
        json_size::function(),
    ];
    all.extend(extract::all());
    all.extend(sql::all());
    all
}
