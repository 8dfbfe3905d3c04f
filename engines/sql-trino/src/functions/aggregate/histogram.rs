//! `histogram(x) → map(K, bigint)`: how often each value occurs. NULL does not count.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, Seen, one_list, one_map};

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "histogram",
        shown: "K",
        resolve: |given| match given {
            [key] => Some((given.to_vec(), map_of(key.clone(), DataType::Int64))),
            _ => None,
        },
        state: |given| vec![list_of(given[0].clone()), list_of(DataType::Int64)],
        accumulator: |given, returns| {
            let seen = Seen::new(&given[0])?;
            Ok(Box::new(Histogram { seen, counts: Vec::new(), returns: returns.clone() }))
        },
    }
    .finish()
}

struct Histogram {
    seen: Seen,
    counts: Vec<i64>,
    returns: DataType,
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Histogram").field("values", &self.counts.len()).finish_non_exhaustive()
    }
}

impl Histogram {
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

    fn counts(&self) -> ArrayRef {
        Arc::new(Int64Array::from(self.counts.clone()))
    }
}

impl Accumulator for Histogram {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.add(&columns[0], |_| 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        one_map(&self.returns, self.seen.column()?, self.counts())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.seen.size() + self.counts.len() * size_of::<i64>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![one_list(self.seen.column()?)?, one_list(self.counts())?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (keys, counts) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for row in 0..keys.len() {
            let counts = counts.value(row);
            let counts = counts.as_primitive::<Int64Type>();
            self.add(&keys.value(row), |i| counts.value(i))?;
        }
        Ok(())
    }
}
