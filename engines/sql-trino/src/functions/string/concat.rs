//! `concat(string1, …, stringN) → varchar`, the same of varbinary and of arrays. NULL in any of
//! them is NULL, unlike the engine's own, which skips it.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array;
use super::super::scalar::{Function, Rows};

pub(super) fn function() -> ScalarUDF {
    Function::named("concat")
        .takes_any("varchar, varchar, ...", texts, concat_text)
        .takes_any("varbinary, varbinary, ...", binaries, concat_binary)
        .takes_any("array(E), array(E), ...", array::concat::resolve, array::concat::evaluate)
        .finish()
}

fn texts(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let types: Option<Vec<DataType>> = given
        .iter()
        .map(|given| match given {
            DataType::Null => Some(DataType::Utf8),
            given if given.is_string() => Some(given.clone()),
            _ => None,
        })
        .collect();
    (given.len() >= 2).then_some((types?, DataType::Utf8))
}

fn binaries(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let fit = given.len() >= 2 && given.iter().all(|given| given.is_binary() || given.is_null());
    fit.then(|| (vec![DataType::Binary; given.len()], DataType::Binary))
}

fn concat_text(rows: &Rows) -> Result<ArrayRef> {
    let texts: Vec<_> = (0..rows.arguments()).map(|argument| rows.text(argument)).collect();
    let mut buffer = String::new();
    rows.varchars(|row| {
        buffer.clear();
        texts.iter().for_each(|text| buffer.push_str(text.at(row)));
        Ok(Some(buffer.clone()))
    })
}

fn concat_binary(rows: &Rows) -> Result<ArrayRef> {
    let parts: Vec<_> = (0..rows.arguments()).map(|argument| rows.binary(argument)).collect();
    rows.binaries(|row| {
        Ok(Some(parts.iter().flat_map(|part| part.at(row)).copied().collect::<Vec<u8>>()))
    })
}
