//! `numeric_histogram(buckets, value[, weight]) → map(double, double)`: at most so many buckets,
//! each the middle of what it holds and its weight. The two closest are joined when there are more.
//!
//! Ben-Haim and Tom-Tov, "A streaming parallel decision tree algorithm", 2010.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::error::invalid_argument;
use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, one_list, one_map};

const BUCKETS_MAX: i64 = 10_000;

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "numeric_histogram",
        shown: "bigint, double[, double]",
        resolve: |given| match given {
            [buckets, values @ ..]
                if buckets.is_integer()
                    && matches!(values.len(), 1 | 2)
                    && values.iter().all(|value| value.is_numeric() || value.is_null()) =>
            {
                let mut types = vec![DataType::Int64];
                types.extend(values.iter().map(|_| DataType::Float64));
                Some((types, map_of(DataType::Float64, DataType::Float64)))
            }
            _ => None,
        },
        state: |_| vec![list_of(DataType::Float64), list_of(DataType::Float64), DataType::Int64],
        accumulator: |_, returns| {
            Ok(Box::new(Histogram { buckets: vec![], limit: 0, returns: returns.clone() }))
        },
    }
    .finish()
}

#[derive(Debug)]
struct Histogram {
    /// Middles and weights, in the order of the middles.
    buckets: Vec<(f64, f64)>,
    limit: usize,
    returns: DataType,
}

impl Histogram {
    fn add(&mut self, value: f64, weight: f64) {
        let place = self.buckets.partition_point(|(middle, _)| *middle < value);
        match self.buckets.get_mut(place) {
            Some((middle, own)) if *middle == value => *own += weight,
            _ => self.buckets.insert(place, (value, weight)),
        }
        // Joined in bulk: twice the room keeps insertions cheap.
        if self.buckets.len() > 2 * self.limit {
            self.join();
        }
    }

    fn join(&mut self) {
        while self.buckets.len() > self.limit.max(1) {
            let gap = |i: usize| self.buckets[i + 1].0 - self.buckets[i].0;
            let Some(at) = (0..self.buckets.len() - 1).min_by(|a, b| gap(*a).total_cmp(&gap(*b)))
            else {
                return;
            };
            let ((left, lw), (right, rw)) = (self.buckets[at], self.buckets[at + 1]);
            let weight = lw + rw;
            let middle = if weight == 0.0 { left } else { (left * lw + right * rw) / weight };
            self.buckets[at] = (middle, weight);
            self.buckets.remove(at + 1);
        }
    }

    fn columns(&self) -> [ArrayRef; 2] {
        let middles: Float64Array = self.buckets.iter().map(|(middle, _)| Some(*middle)).collect();
        let weights: Float64Array = self.buckets.iter().map(|(_, weight)| Some(*weight)).collect();
        [Arc::new(middles), Arc::new(weights)]
    }
}

impl Accumulator for Histogram {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let counts = columns[0].as_primitive::<Int64Type>();
        if let Some(count) = counts.iter().flatten().next() {
            if count < 2 {
                return Err(invalid_argument(format!(
                    "numeric_histogram bucket count must be greater than one, input bucket count: {count}"
                )));
            }
            self.limit = count.min(BUCKETS_MAX) as usize;
        }
        let values = columns[1].as_primitive::<Float64Type>();
        let weights = columns.get(2).map(|weights| weights.as_primitive::<Float64Type>());
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            let weight = match weights {
                Some(weights) if weights.is_null(row) => continue,
                Some(weights) => weights.value(row),
                None => 1.0,
            };
            self.add(values.value(row), weight);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.join();
        let [middles, weights] = self.columns();
        one_map(&self.returns, middles, weights)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.buckets.capacity() * size_of::<(f64, f64)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let [middles, weights] = self.columns();
        let limit = i64::try_from(self.limit).ok();
        Ok(vec![one_list(middles)?, one_list(weights)?, ScalarValue::Int64(limit)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (middles, weights) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        let limits = states[2].as_primitive::<Int64Type>();
        for row in 0..middles.len() {
            self.limit = self.limit.max(usize::try_from(limits.value(row)).unwrap_or(0));
            let (middles, weights) = (middles.value(row), weights.value(row));
            let middles = middles.as_primitive::<Float64Type>();
            let weights = weights.as_primitive::<Float64Type>();
            for i in 0..middles.len() {
                self.add(middles.value(i), weights.value(i));
            }
        }
        Ok(())
    }
}
