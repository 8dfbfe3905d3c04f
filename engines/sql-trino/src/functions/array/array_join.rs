//! `array_join(x, delimiter[, nullReplacement]) → varchar`: NULL elements are left out or replaced.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::{element, range};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_join")
        .takes_any("array(T), varchar", resolve, evaluate)
        .takes_any("array(T), varchar, varchar", resolve, evaluate)
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (list, texts) = given.split_first()?;
    let fit = (1..=2).contains(&texts.len()) && texts.iter().all(|t| t.is_string() || t.is_null());
    let mut types = vec![list_of(element(list)?)];
    types.extend(texts.iter().map(|_| DataType::Utf8));
    fit.then_some((types, DataType::Utf8))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    let values = cast(list.values(), &DataType::Utf8)?;
    let values = values.as_string::<i32>();
    let delimiters = rows.text(1);
    let replacements = (rows.arguments() == 3).then(|| rows.text(2));
    rows.varchars(|row| {
        let absent = replacements.as_ref().map(|texts| texts.at(row));
        let parts: Vec<&str> = range(list, rows.index(0, row))
            .filter_map(|i| if values.is_null(i) { absent } else { Some(values.value(i)) })
            .collect();
        Ok(Some(parts.join(delimiters.at(row))))
    })
}
