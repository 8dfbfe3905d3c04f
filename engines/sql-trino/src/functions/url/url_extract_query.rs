//! `url_extract_query(url) → varchar`, without the question mark.

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Type};
use super::address::part;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_query")
        .takes(&[Type::Varchar], Type::Varchar, |rows| part(rows, |address| address.query))
        .finish()
}
