//! `index(string, substring) → bigint`: where it first occurs, 0 when it does not.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("index").takes(&[Type::Varchar, Type::Varchar], Type::Bigint, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, searches) = (rows.text(0), rows.text(1));
    rows.longs(|row| {
        let text = texts.at(row);
        let place = text.find(searches.at(row));
        Ok(Some(place.map_or(0, |at| text[..at].chars().count() as i64 + 1)))
    })
}
