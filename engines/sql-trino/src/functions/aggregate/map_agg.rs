//! `map_agg(key, value) → map(K, V)`: of a key met again the first value stays. NULL keys do not
//! take part.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, Seen, column, one_list, one_map};

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "map_agg",
        shown: "K, V",
        resolve: |given| match given {
            [key, value] => Some((given.to_vec(), map_of(key.clone(), value.clone()))),
            _ => None,
        },
        state: |given| given.iter().cloned().map(list_of).collect(),
        accumulator: |given, returns| {
            Ok(Box::new(MapAgg {
                seen: Seen::new(&given[0])?,
                values: Vec::new(),
                value_type: given[1].clone(),
                returns: returns.clone(),
            }))
        },
    }
    .finish()
}

struct MapAgg {
    seen: Seen,
    values: Vec<ScalarValue>,
    value_type: DataType,
    returns: DataType,
}

impl std::fmt::Debug for MapAgg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MapAgg").field("entries", &self.values.len()).finish_non_exhaustive()
    }
}

impl Accumulator for MapAgg {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let values = &mut self.values;
        self.seen.meet(&columns[0], |row, _, new| {
            if new {
                values.push(ScalarValue::try_from_array(&columns[1], row)?);
            }
            Ok(())
        })
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let values = column(&self.values, &self.value_type)?;
        one_map(&self.returns, self.seen.column()?, values)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.seen.size()
            + self.values.iter().map(ScalarValue::size).sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = column(&self.values, &self.value_type)?;
        Ok(vec![one_list(self.seen.column()?)?, one_list(values)?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (keys, values) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for row in 0..keys.len() {
            self.update_batch(&[keys.value(row), values.value(row)])?;
        }
        Ok(())
    }
}
