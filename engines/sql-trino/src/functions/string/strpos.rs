//! `strpos(string, substring[, instance]) → bigint`: 0 when absent; a negative instance counts
//! from the end.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("strpos")
        .takes(&[Type::Varchar, Type::Varchar], Type::Bigint, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Bigint], Type::Bigint, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, searches) = (rows.text(0), rows.text(1));
    let instances = (rows.arguments() == 3).then(|| rows.long(2));
    rows.longs(|row| {
        let instance = instances.as_ref().map_or(1, |instances| instances.at(row));
        if instance == 0 {
            return Err(invalid_argument("'instance' must be a positive or negative number."));
        }
        let (text, search) = (texts.at(row), searches.at(row));
        if search.is_empty() {
            return Ok(Some(1));
        }
        let nth = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
        // Occurrences may overlap.
        let starts = |at: &usize| text[*at..].starts_with(search);
        let mut places = text.char_indices().map(|(at, _)| at).filter(starts);
        let place = if instance > 0 {
            if nth == 0 { text.find(search) } else { places.nth(nth) }
        } else {
            let places: Vec<usize> = places.collect();
            places.len().checked_sub(nth.saturating_add(1)).map(|index| places[index])
        };
        Ok(Some(place.map_or(0, |at| text[..at].chars().count() as i64 + 1)))
    })
}
