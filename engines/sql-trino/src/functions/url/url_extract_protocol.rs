//! `url_extract_protocol(url) → varchar`

use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Type};
use super::address::part;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_protocol")
        .takes(&[Type::Varchar], Type::Varchar, |rows| part(rows, |address| address.protocol))
        .finish()
}
