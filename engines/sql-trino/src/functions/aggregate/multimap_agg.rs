//! `multimap_agg(key, value) → map(K, array(V))`: every value of each key.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, Seen, column, one_list, one_map};

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "multimap_agg",
        shown: "K, V",
        resolve: |given| match given {
            [key, value] => Some((given.to_vec(), map_of(key.clone(), list_of(value.clone())))),
            _ => None,
        },
        state: |given| vec![list_of(given[0].clone()), list_of(list_of(given[1].clone()))],
        accumulator: |given, returns| {
            Ok(Box::new(MultimapAgg {
                seen: Seen::new(&given[0])?,
                values: Vec::new(),
                value_type: given[1].clone(),
                returns: returns.clone(),
            }))
        },
    }
    .finish()
}

struct MultimapAgg {
    seen: Seen,
    /// The values of each key, by the key's place.
    values: Vec<Vec<ScalarValue>>,
    value_type: DataType,
    returns: DataType,
}

impl std::fmt::Debug for MultimapAgg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MultimapAgg").field("keys", &self.values.len()).finish_non_exhaustive()
    }
}

impl MultimapAgg {
    fn add(&mut self, keys: &ArrayRef, values: &ArrayRef) -> Result<()> {
        let groups = &mut self.values;
        self.seen.meet(keys, |row, place, new| {
            if new {
                groups.push(Vec::new());
            }
            groups[place].push(ScalarValue::try_from_array(values, row)?);
            Ok(())
        })
    }

    /// The lists of values as a column.
    fn lists(&self) -> Result<ArrayRef> {
        let lists: Result<Vec<ScalarValue>> =
            self.values.iter().map(|group| one_list(column(group, &self.value_type)?)).collect();
        column(&lists?, &list_of(self.value_type.clone()))
    }
}

impl Accumulator for MultimapAgg {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.add(&columns[0], &columns[1])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        one_map(&self.returns, self.seen.column()?, self.lists()?)
    }

    fn size(&self) -> usize {
        let values = self.values.iter().flatten().map(ScalarValue::size).sum::<usize>();
        size_of_val(self) + self.seen.size() + values
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![one_list(self.seen.column()?)?, one_list(self.lists()?)?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (keys, groups) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for row in 0..keys.len() {
            let (keys, groups) = (keys.value(row), groups.value(row));
            let groups = groups.as_list::<i32>();
            for i in 0..keys.len() {
                let values = groups.value(i);
                let first =
                    datafusion::arrow::array::UInt64Array::from(vec![i as u64; values.len()]);
                let repeated = datafusion::arrow::compute::take(&keys, &first, None)?;
                self.add(&repeated, &values)?;
            }
        }
        Ok(())
    }
}
