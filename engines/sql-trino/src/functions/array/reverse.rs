//! `reverse(array(E)) → array(E)`, registered with the text function of the name.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::super::scalar::Rows;
use super::lists::rebuild;

pub(crate) fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    rebuild(rows, |_, range, picks| {
        range.rev().for_each(|i| picks.pick(0, i));
        Ok(())
    })
}
