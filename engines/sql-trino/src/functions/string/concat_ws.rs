//! `concat_ws(separator, string1, …) → varchar`, `concat_ws(separator, array(varchar)) → varchar`.
//! NULL parts are left out; a NULL separator is NULL.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("concat_ws")
        .sees_nulls()
        .takes(&[Type::Varchar, Type::Array(&Type::Varchar)], Type::Varchar, of_array)
        .takes_any("varchar, varchar, ...", texts, of_texts)
        .finish()
}

fn texts(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let fit = given.len() >= 2 && given.iter().all(|given| given.is_string() || given.is_null());
    fit.then(|| (vec![DataType::Utf8; given.len()], DataType::Utf8))
}

fn of_texts(rows: &Rows) -> Result<ArrayRef> {
    let separators = rows.text(0);
    let texts: Vec<_> = (1..rows.arguments()).map(|argument| rows.text(argument)).collect();
    rows.varchars(|row| {
        if rows.is_null(0, row) {
            return Ok(None);
        }
        let parts: Vec<&str> = texts
            .iter()
            .zip(1..)
            .filter(|(_, argument)| !rows.is_null(*argument, row))
            .map(|(text, _)| text.at(row))
            .collect();
        Ok(Some(parts.join(separators.at(row))))
    })
}

fn of_array(rows: &Rows) -> Result<ArrayRef> {
    let separators = rows.text(0);
    rows.varchars(|row| {
        if rows.is_null(0, row) || rows.is_null(1, row) {
            return Ok(None);
        }
        let list = rows.list(1).value(rows.index(1, row));
        let list = datafusion::arrow::compute::cast(&list, &DataType::Utf8)?;
        let list = list.as_string::<i32>();
        let parts: Vec<&str> =
            (0..list.len()).filter(|i| list.is_valid(*i)).map(|i| list.value(i)).collect();
        Ok(Some(parts.join(separators.at(row))))
    })
}
