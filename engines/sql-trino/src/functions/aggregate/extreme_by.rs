//! `max_by(x, y) → [same as x]`: the x of the greatest y, `min_by` of the least; with a third
//! argument n, the n best as an array. Rows whose y is NULL do not take part.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::error::invalid_argument;
use super::super::scalar::list_of;
use super::declared::{Aggregate, MakeAccumulator, column, one_list};

const COUNT_MAX: i64 = 10_000;

pub(super) fn max_by() -> AggregateUDF {
    declare("max_by", |given, returns| accumulator(given, returns, true))
}

pub(super) fn min_by() -> AggregateUDF {
    declare("min_by", |given, returns| accumulator(given, returns, false))
}

fn declare(name: &'static str, accumulator: MakeAccumulator) -> AggregateUDF {
    Aggregate { name, shown: "x, y[, n]", resolve, state, accumulator }.finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    match given {
        [x, y] => Some((vec![x.clone(), y.clone()], x.clone())),
        [x, y, n] if n.is_integer() => {
            Some((vec![x.clone(), y.clone(), DataType::Int64], list_of(x.clone())))
        }
        _ => None,
    }
}

fn state(given: &[DataType]) -> Vec<DataType> {
    vec![list_of(given[0].clone()), list_of(given[1].clone()), DataType::Int64]
}

fn accumulator(
    given: &[DataType],
    returns: &DataType,
    greatest: bool,
) -> Result<Box<dyn Accumulator>> {
    Ok(Box::new(ExtremeBy {
        greatest,
        several: given.len() == 3,
        count: 1,
        best: Vec::new(),
        converter: RowConverter::new(vec![SortField::new(given[1].clone())])?,
        types: [given[0].clone(), given[1].clone()],
        returns: returns.clone(),
    }))
}

#[derive(Debug)]
struct Entry {
    order: OwnedRow,
    x: ScalarValue,
    y: ScalarValue,
}

#[derive(Debug)]
struct ExtremeBy {
    greatest: bool,
    several: bool,
    /// How many are kept.
    count: usize,
    /// Best first.
    best: Vec<Entry>,
    converter: RowConverter,
    types: [DataType; 2],
    returns: DataType,
}

impl ExtremeBy {
    fn offer(&mut self, x: &ArrayRef, y: &ArrayRef) -> Result<()> {
        let encoded = self.converter.convert_columns(&[Arc::clone(y)])?;
        for row in (0..y.len()).filter(|row| y.is_valid(*row)) {
            let order = encoded.row(row);
            let better = |entry: &Entry| {
                if self.greatest { order > entry.order.row() } else { order < entry.order.row() }
            };
            let place = self.best.iter().rposition(|e| !better(e)).map_or(0, |at| at + 1);
            if place >= self.count {
                continue;
            }
            let entry = Entry {
                order: order.owned(),
                x: ScalarValue::try_from_array(x, row)?,
                y: ScalarValue::try_from_array(y, row)?,
            };
            self.best.insert(place, entry);
            self.best.truncate(self.count);
        }
        Ok(())
    }

    fn columns(&self) -> Result<[ArrayRef; 2]> {
        let xs: Vec<ScalarValue> = self.best.iter().map(|entry| entry.x.clone()).collect();
        let ys: Vec<ScalarValue> = self.best.iter().map(|entry| entry.y.clone()).collect();
        Ok([column(&xs, &self.types[0])?, column(&ys, &self.types[1])?])
    }
}

impl Accumulator for ExtremeBy {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let (true, Some(counts)) = (self.several, values.get(2)) {
            let counts = counts.as_primitive::<Int64Type>();
            if counts.is_empty() {
                return Ok(());
            }
            let count = if counts.is_null(0) { 0 } else { counts.value(0) };
            if !(1..=COUNT_MAX).contains(&count) {
                return Err(invalid_argument(format!(
                    "third argument of max_by/min_by must be between 1 and {COUNT_MAX}; found \
                     {count}"
                )));
            }
            self.count = usize::try_from(count).expect("in range");
        }
        self.offer(&values[0], &values[1])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if !self.several {
            return match self.best.first() {
                Some(entry) => Ok(entry.x.clone()),
                None => ScalarValue::try_new_null(&self.returns),
            };
        }
        if self.best.is_empty() {
            return ScalarValue::try_new_null(&self.returns);
        }
        let [xs, _] = self.columns()?;
        one_list(xs)
    }

    fn size(&self) -> usize {
        let entry = |e: &Entry| e.order.as_ref().len() + e.x.size() + e.y.size();
        size_of_val(self) + self.best.iter().map(entry).sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let [xs, ys] = self.columns()?;
        let count = i64::try_from(self.count).ok();
        Ok(vec![one_list(xs)?, one_list(ys)?, ScalarValue::Int64(count)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (xs, ys) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        let counts = states[2].as_primitive::<Int64Type>();
        for row in 0..xs.len() {
            let count = usize::try_from(counts.value(row)).unwrap_or(1);
            self.count = self.count.max(count);
            self.offer(&xs.value(row), &ys.value(row))?;
        }
        Ok(())
    }
}
