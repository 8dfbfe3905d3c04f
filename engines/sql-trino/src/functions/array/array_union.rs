//! `array_union(x, y) → array(E)`: elements of either, without duplicates.

use std::collections::HashSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows};
use super::lists::{Keys, Picks, range, two};

pub(super) fn function() -> ScalarUDF {
    Function::named("array_union").takes_any("array(E), array(E)", two, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let lists = [rows.list(0), rows.list(1)];
    let sources = [lists[0].values(), lists[1].values()];
    let keys = Keys::of_all(&sources)?;
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.null_row();
            continue;
        }
        let mut seen = HashSet::new();
        for (source, list) in lists.iter().enumerate() {
            for i in range(list, rows.index(source, row)) {
                if seen.insert(keys[source].at(i)) {
                    picks.pick(source, i);
                }
            }
        }
        picks.end_row();
    }
    picks.finish(&sources)
}
