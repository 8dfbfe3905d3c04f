//! `url_extract_path(url) → varchar`

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Type};
use super::address::part;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_path")
        .takes(&[Type::Varchar], Type::Varchar, |rows| part(rows, |address| address.path))
        .finish()
}
