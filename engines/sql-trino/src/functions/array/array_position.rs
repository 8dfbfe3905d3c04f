//! `array_position(x, element[, instance]) → bigint`: from one, 0 when absent; a negative instance
//! counts from the end.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows};
use super::lists::{Keys, range, with_element};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_position")
        .takes_any("array(E), E", resolve, evaluate)
        .takes_any("array(E), E, bigint", resolve, evaluate)
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (mut types, _) = with_element(given.get(..2)?)?;
    match &given[2..] {
        [] => {}
        [instance] if instance.is_integer() => types.push(DataType::Int64),
        _ => return None,
    }
    Some((types, DataType::Int64))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    let keys = Keys::of_all(&[list.values(), rows.array(1)])?;
    let instances = (rows.arguments() == 3).then(|| rows.long(2));
    rows.longs(|row| {
        let instance = instances.as_ref().map_or(1, |instances| instances.at(row));
        if instance == 0 {
            return Err(invalid_argument(
                "array_position cannot take a 0-valued instance argument.",
            ));
        }
        let wanted = keys[1].at(rows.index(1, row));
        let range = range(list, rows.index(0, row));
        let start = range.start;
        let nth = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
        let mut places = range.filter(|i| keys[0].at(*i) == wanted);
        let place = if instance > 0 { places.nth(nth) } else { places.rev().nth(nth) };
        Ok(Some(place.map_or(0, |at| (at - start) as i64 + 1)))
    })
}
