//! `url_extract_fragment(url) → varchar`

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Type};
use super::address::part;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_fragment")
        .takes(&[Type::Varchar], Type::Varchar, |rows| part(rows, |address| address.fragment))
        .finish()
}
