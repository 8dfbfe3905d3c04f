//! `current_timezone() → varchar`: sessions are always in UTC.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("current_timezone").takes(&[], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    rows.varchars(|_| Ok(Some("UTC")))
}
