//! `concat(array(E), …) → array(E)`, registered with the text function of the name.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::super::scalar::{Rows, list_of};
use super::lists::{Picks, element, range, unify};

pub(crate) fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let elements: Option<Vec<DataType>> = given.iter().map(element).collect();
    let mut elements = elements?.into_iter();
    let first = elements.next()?;
    let common = elements.try_fold(first, |common, next| unify(&common, &next))?;
    let list = list_of(common);
    Some((vec![list.clone(); given.len()], list))
}

pub(crate) fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let lists: Vec<_> = (0..rows.arguments()).map(|argument| rows.list(argument)).collect();
    let mut picks = Picks::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            picks.null_row();
            continue;
        }
        for (source, list) in lists.iter().enumerate() {
            range(list, rows.index(source, row)).for_each(|i| picks.pick(source, i));
        }
        picks.end_row();
    }
    let sources: Vec<&ArrayRef> = lists.iter().map(|list| list.values()).collect();
    picks.finish(&sources)
}
