//! `$json_array(options, value …)` and `$json_object(options, key, value …)`: values are JSON texts
//! already, keys plain text. Options: what becomes of NULL, whether keys must be different.

use std::collections::HashSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::super::error::invalid_argument;
use super::super::super::scalar::{Function, Rows};
use super::failure;
use super::item::Item;

pub(super) fn all() -> Vec<ScalarUDF> {
    let texts = |given: &[DataType]| {
        let fits = given.iter().all(|t| t.is_string() || t.is_null());
        fits.then(|| (super::present(given), DataType::Utf8))
    };
    vec![
        Function::named("$json_array").sees_nulls().takes_any("values", texts, array).finish(),
        Function::named("$json_object")
            .sees_nulls()
            .takes_any("keys and values", texts, object)
            .finish(),
    ]
}

fn item(rows: &Rows, argument: usize, row: usize) -> Result<Option<Item>> {
    if rows.is_null(argument, row) {
        return Ok(None);
    }
    Item::parse(rows.text(argument).at(row)).map(Some).ok_or_else(|| {
        failure("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ".to_owned())
    })
}

fn array(rows: &Rows) -> Result<ArrayRef> {
    let keeps = rows.text(0).at(0).contains("null");
    rows.varchars(|row| {
        let mut items = Vec::new();
        for argument in 1..rows.arguments() {
            match item(rows, argument, row)? {
                Some(item) => items.push(item),
                None if keeps => items.push(Item::Null),
                None => {}
            }
        }
        Ok(Some(Item::Array(items).text()))
    })
}

fn object(rows: &Rows) -> Result<ArrayRef> {
    let options = rows.text(0).at(0);
    let (keeps, unique) = (options.contains("null"), options.contains("unique"));
    rows.varchars(|row| {
        let mut members: Vec<(String, Item)> = Vec::new();
        let mut seen = HashSet::new();
        for key in (1..rows.arguments()).step_by(2) {
            if rows.is_null(key, row) {
                return Err(invalid_argument("null value passed for JSON object key"));
            }
            let name = rows.text(key).at(row);
            let value = match item(rows, key + 1, row)? {
                Some(value) => value,
                None if keeps => Item::Null,
                None => continue,
            };
            if !seen.insert(name) && unique {
                return Err(failure(
                    "INVALID_FUNCTION_ARGUMENT",
                    format!("duplicate key passed to JSON_OBJECT function: {name}"),
                ));
            }
            members.push((name.to_owned(), value));
        }
        Ok(Some(Item::Object(members).text()))
    })
}
