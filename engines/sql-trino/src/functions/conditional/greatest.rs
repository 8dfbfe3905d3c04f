//! `greatest(value1, …) → [same as input]` and `least`: NULL if any of them is NULL, unlike the
//! engine's own, which skips it.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::{Keys, Picks, unify};
use super::super::scalar::{Function, Rows};

pub(super) fn greatest() -> ScalarUDF {
    Function::named("greatest").takes_any("T, T, ...", resolve, |rows| extreme(rows, true)).finish()
}

pub(super) fn least() -> ScalarUDF {
    Function::named("least").takes_any("T, T, ...", resolve, |rows| extreme(rows, false)).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (first, rest) = given.split_first()?;
    let common = rest.iter().try_fold(first.clone(), |common, next| unify(&common, next))?;
    Some((vec![common.clone(); given.len()], common))
}

fn extreme(rows: &Rows, greatest: bool) -> Result<ArrayRef> {
    let columns: Vec<&ArrayRef> = (0..rows.arguments()).map(|i| rows.array(i)).collect();
    let keys = Keys::of_all(&columns)?;
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.pick_null();
            continue;
        }
        let key = |argument: &usize| keys[*argument].at(rows.index(*argument, row));
        let arguments = 0..rows.arguments();
        let best = if greatest { arguments.max_by_key(key) } else { arguments.min_by_key(key) };
        let best = best.expect("there is at least one argument");
        picks.pick(best, rows.index(best, row));
    }
    picks.values(&columns)
}
