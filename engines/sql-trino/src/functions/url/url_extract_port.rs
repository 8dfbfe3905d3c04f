//! `url_extract_port(url) → bigint`: NULL when the URL names none.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::address::Address;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_port").takes(&[Type::Varchar], Type::Bigint, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let urls = rows.text(0);
    rows.longs(|row| Ok(Address::parse(urls.at(row)).and_then(|address| address.port)))
}
