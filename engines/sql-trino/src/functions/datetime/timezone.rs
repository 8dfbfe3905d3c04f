//! `timezone(timestamp with time zone) → varchar`: the zone's name.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};

pub(super) fn function() -> ScalarUDF {
    Function::named("timezone")
        .takes_any(
            "timestamp(p) with time zone",
            |given| match given {
                [DataType::Timestamp(_, Some(_))] => Some((given.to_vec(), DataType::Utf8)),
                _ => None,
            },
            evaluate,
        )
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let zone = match rows.data_type(0) {
        DataType::Timestamp(_, Some(zone)) => crate::zone::display(zone).to_string(),
        _ => "UTC".to_owned(),
    };
    rows.varchars(|_| Ok(Some(zone.as_str())))
}
