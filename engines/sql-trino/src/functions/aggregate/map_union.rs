//! `map_union(map(K, V)) → map(K, V)`: all entries; of a key met again the first value stays.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::map::build;
use super::super::scalar::{list_of, map_of};
use super::declared::{Aggregate, Seen, column, one_list, one_map};

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "map_union",
        shown: "map(K, V)",
        resolve: |given| match given {
            [map] => {
                let (key, value) = build::types(map)?;
                Some((given.to_vec(), map_of(key, value)))
            }
            _ => None,
        },
        state: |given| {
            let (key, value) = types(given);
            vec![list_of(key), list_of(value), DataType::Boolean]
        },
        accumulator: |given, returns| {
            let (key, value_type) = types(given);
            Ok(Box::new(MapUnion {
                seen: Seen::new(&key)?,
                values: Vec::new(),
                value_type,
                any: false,
                returns: returns.clone(),
            }))
        },
    }
    .finish()
}

fn types(given: &[DataType]) -> (DataType, DataType) {
    given.first().and_then(build::types).unwrap_or((DataType::Null, DataType::Null))
}

struct MapUnion {
    seen: Seen,
    values: Vec<ScalarValue>,
    value_type: DataType,
    /// Whether a map was met: a union of empty maps is empty, of none NULL.
    any: bool,
    returns: DataType,
}

impl std::fmt::Debug for MapUnion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MapUnion").field("entries", &self.values.len()).finish_non_exhaustive()
    }
}

impl MapUnion {
    fn add(&mut self, keys: &ArrayRef, from: &ArrayRef) -> Result<()> {
        let values = &mut self.values;
        self.seen.meet(keys, |row, _, new| {
            if new {
                values.push(ScalarValue::try_from_array(from, row)?);
            }
            Ok(())
        })
    }
}

impl Accumulator for MapUnion {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let maps = columns[0].as_map();
        for row in (0..maps.len()).filter(|row| maps.is_valid(*row)) {
            self.any = true;
            let entries = maps.value(row);
            self.add(entries.column(0), entries.column(1))?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let values = column(&self.values, &self.value_type)?;
        let keys = self.seen.column()?;
        if self.any && keys.is_empty() {
            let mut lengths = build::Lengths::default();
            lengths.push(0);
            let map = build::map(&self.returns, keys, values, lengths)?;
            return ScalarValue::try_from_array(&map, 0);
        }
        one_map(&self.returns, keys, values)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.seen.size()
            + self.values.iter().map(ScalarValue::size).sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = column(&self.values, &self.value_type)?;
        let any = ScalarValue::Boolean(Some(self.any));
        Ok(vec![one_list(self.seen.column()?)?, one_list(values)?, any])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (keys, values) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for row in 0..keys.len() {
            self.any |= states[2].as_boolean().value(row);
            self.add(&keys.value(row), &values.value(row))?;
        }
        Ok(())
    }
}
