//! Parts of URLs. A text that is no URL has none: NULL.

mod address;
mod url_decode;
mod url_encode;
mod url_extract_fragment;
mod url_extract_host;
mod url_extract_parameter;
mod url_extract_path;
mod url_extract_port;
mod url_extract_protocol;
mod url_extract_query;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        url_decode::function(),
        url_encode::function(),
        url_extract_fragment::function(),
        url_extract_host::function(),
        url_extract_parameter::function(),
        url_extract_path::function(),
        url_extract_port::function(),
        url_extract_protocol::function(),
        url_extract_query::function(),
    ]
}
