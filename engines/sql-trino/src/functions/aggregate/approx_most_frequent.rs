//! `approx_most_frequent(buckets, value, capacity) → map(T, bigint)`: the values that occur most
//! often. Counted exactly here, so that the capacity has nothing to bound.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, UInt64Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::error::invalid_argument;
use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, Seen, one_list, one_map};

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "approx_most_frequent",
        shown: "bigint, T, bigint",
        resolve: |given| match given {
            [buckets, value, capacity] if buckets.is_integer() && capacity.is_integer() => {
                let types = vec![DataType::Int64, value.clone(), DataType::Int64];
                Some((types, map_of(value.clone(), DataType::Int64)))
            }
            _ => None,
        },
        state: |given| vec![list_of(given[1].clone()), list_of(DataType::Int64), DataType::Int64],
        accumulator: |given, returns| {
            let seen = Seen::new(&given[1])?;
            Ok(Box::new(MostFrequent {
                seen,
                counts: vec![],
                buckets: 0,
                returns: returns.clone(),
            }))
        },
    }
    .finish()
}

struct MostFrequent {
    seen: Seen,
    counts: Vec<i64>,
    buckets: i64,
    returns: DataType,
}

impl std::fmt::Debug for MostFrequent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MostFrequent").field("values", &self.counts.len()).finish_non_exhaustive()
    }
}

impl MostFrequent {
    fn add(&mut self, keys: &ArrayRef, count: impl Fn(usize) -> i64) -> Result<()> {
        let counts = &mut self.counts;
        self.seen.meet(keys, |row, place, new| {
            if new {
                counts.push(0);
            }
            counts[place] += count(row);
            Ok(())
        })
    }
}

impl Accumulator for MostFrequent {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let buckets = columns[0].as_primitive::<Int64Type>();
        if let Some(buckets) = buckets.iter().flatten().next() {
            if buckets < 2 {
                return Err(invalid_argument(
                    "approx_most_frequent bucket count must be greater than one, input bucket \
                     count: "
                        .to_owned()
                        + &buckets.to_string(),
                ));
            }
            self.buckets = buckets;
        }
        self.add(&columns[1], |_| 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut places: Vec<usize> = (0..self.counts.len()).collect();
        places.sort_by_key(|place| std::cmp::Reverse(self.counts[*place]));
        places.truncate(usize::try_from(self.buckets).unwrap_or(0));
        let counts: Int64Array = places.iter().map(|place| Some(self.counts[*place])).collect();
        let places = UInt64Array::from_iter_values(places.iter().map(|place| *place as u64));
        let keys = take(&self.seen.column()?, &places, None)?;
        one_map(&self.returns, keys, Arc::new(counts))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.seen.size() + self.counts.len() * size_of::<i64>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let counts = one_list(Arc::new(Int64Array::from(self.counts.clone())))?;
        Ok(vec![one_list(self.seen.column()?)?, counts, ScalarValue::Int64(Some(self.buckets))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (keys, counts) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        let buckets = states[2].as_primitive::<Int64Type>();
        for row in 0..keys.len() {
            self.buckets = self.buckets.max(buckets.value(row));
            let counts = counts.value(row);
            let counts = counts.as_primitive::<Int64Type>();
            self.add(&keys.value(row), |i| counts.value(i))?;
        }
        Ok(())
    }
}
