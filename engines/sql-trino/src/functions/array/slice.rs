//! `slice(x, start, length) → array(E)`: from one, a negative start counts from the end.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::lists::{element, rebuild};

pub(super) fn function() -> ScalarUDF {
    Function::named("slice").takes_any("array(E), bigint, bigint", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, start, length] = given else { return None };
    let list = list_of(element(list)?);
    let fit = [start, length].iter().all(|t| t.is_integer() || t.is_null());
    fit.then(|| (vec![list.clone(), DataType::Int64, DataType::Int64], list))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (starts, lengths) = (rows.long(1), rows.long(2));
    rebuild(rows, |row, range, picks| {
        let (start, length) = (starts.at(row), lengths.at(row));
        let length = usize::try_from(length)
            .map_err(|_| invalid_argument("length must be greater than or equal to 0"))?;
        let place = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
        let skip = match start {
            0 => return Err(invalid_argument("SQL array indices start at 1")),
            1.. => Some(place - 1),
            _ => range.len().checked_sub(place),
        };
        if let Some(skip) = skip {
            range.skip(skip).take(length).for_each(|i| picks.pick(0, i));
        }
        Ok(())
    })
}
