//! `crc32(binary) → bigint`

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("crc32").takes(&[Type::Varbinary], Type::Bigint, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.longs(|row| Ok(Some(crc32fast::hash(bytes.at(row)).into())))
}
