//! `url_extract_parameter(url, name) → varchar`: the first of the name, decoded.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::address::Address;
use super::url_decode::decode;

pub(super) fn function() -> ScalarUDF {
    Function::named("url_extract_parameter")
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (urls, names) = (rows.text(0), rows.text(1));
    rows.varchars(|row| {
        let Some(address) = Address::parse(urls.at(row)) else { return Ok(None) };
        for pair in address.query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !pair.is_empty() && decode(name)? == names.at(row) {
                return decode(value).map(Some);
            }
        }
        Ok(None)
    })
}
