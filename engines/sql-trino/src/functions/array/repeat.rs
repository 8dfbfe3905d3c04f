//! `repeat(element, count) → array(E)`, unlike the engine's own, which repeats text.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::Picks;

const COUNT_MAX: i64 = 10_000;

pub(super) fn function() -> ScalarUDF {
    Function::named("repeat").sees_nulls().takes_any("E, integer", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [element, count] = given else { return None };
    let fit = count.is_integer() || count.is_null();
    fit.then(|| (vec![element.clone(), DataType::Int64], list_of(element.clone())))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let counts = rows.long(1);
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.is_null(1, row) {
            picks.null_row();
            continue;
        }
        let count = counts.at(row);
        if count > COUNT_MAX {
            let text = format!(
                "count argument of repeat function must be less than or equal to \
                                {COUNT_MAX}"
            );
            return Err(invalid_argument(text));
        }
        if count < 0 {
            return Err(invalid_argument(
                "count argument of repeat function must be greater than or equal to 0",
            ));
        }
        (0..count).for_each(|_| picks.pick(0, rows.index(0, row)));
        picks.end_row();
    }
    picks.finish(&[rows.array(0)])
}
