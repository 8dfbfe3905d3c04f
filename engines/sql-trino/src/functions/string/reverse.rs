//! `reverse(string) → varchar`, `reverse(varbinary) → varbinary`, `reverse(array) → array`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("reverse")
        .takes(&[Type::Varchar], Type::Varchar, of_text)
        .takes(&[Type::Varbinary], Type::Varbinary, of_binary)
        .takes_any("array(E)", array::lists::one, array::reverse::evaluate)
        .finish()
}

fn of_text(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| Ok(Some(texts.at(row).chars().rev().collect::<String>())))
}

fn of_binary(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.binaries(|row| Ok(Some(bytes.at(row).iter().rev().copied().collect::<Vec<u8>>())))
}
