//! `arrays_overlap(x, y) → boolean`: whether they share an element that is not NULL; NULL when they
//! share none and one has a NULL.

use std::collections::HashSet;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, range, two};

pub(super) fn function() -> ScalarUDF {
    Function::named("arrays_overlap").takes_any("array(E), array(E)", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    two(given).map(|(types, _)| (types, DataType::Boolean))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (left, right) = (rows.list(0), rows.list(1));
    let keys = Keys::of_all(&[left.values(), right.values()])?;
    rows.booleans(|row| {
        let (own, other) = (range(left, rows.index(0, row)), range(right, rows.index(1, row)));
        let has = |i: &usize| right.values().is_valid(*i);
        let known: HashSet<_> = other.clone().filter(has).map(|i| keys[1].at(i)).collect();
        let has = |i: &usize| left.values().is_valid(*i);
        if own.clone().filter(has).any(|i| known.contains(&keys[0].at(i))) {
            return Ok(Some(true));
        }
        let unknown = known.len() < other.len() && other.clone().any(|i| right.values().is_null(i))
            || own.clone().any(|i| left.values().is_null(i));
        // Nothing compares with nothing.
        Ok((!unknown || own.is_empty() || other.is_empty()).then_some(false))
    })
}
