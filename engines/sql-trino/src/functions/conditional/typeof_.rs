//! `typeof(expr) → varchar`: the name of the expression's type.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use crate::types::TrinoType;

pub(super) fn function() -> ScalarUDF {
    Function::named("typeof").sees_nulls().takes_any("T", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    (given.len() == 1).then(|| (given.to_vec(), DataType::Utf8))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let name = TrinoType::of(rows.field(0)).to_string();
    rows.varchars(|_| Ok(Some(name.as_str())))
}
