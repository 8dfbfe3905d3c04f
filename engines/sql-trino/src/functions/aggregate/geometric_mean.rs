//! `geometric_mean(x) → double`

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::declared::Aggregate;

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "geometric_mean",
        shown: "double",
        resolve: |given| match given {
            [x] if x.is_numeric() || x.is_null() => {
                Some((vec![DataType::Float64], DataType::Float64))
            }
            _ => None,
        },
        state: |_| vec![DataType::Float64, DataType::Int64],
        accumulator: |_, _| Ok(Box::new(GeometricMean::default())),
    }
    .finish()
}

#[derive(Debug, Default)]
struct GeometricMean {
    logarithms: f64,
    count: i64,
}

impl Accumulator for GeometricMean {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        for x in columns[0].as_primitive::<Float64Type>().iter().flatten() {
            self.logarithms += x.ln();
            self.count += 1;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mean = || (self.logarithms / self.count as f64).exp();
        Ok(ScalarValue::Float64((self.count > 0).then(mean)))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.logarithms.into(), self.count.into()])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let sums = states[0].as_primitive::<Float64Type>();
        let counts = states[1].as_primitive::<Int64Type>();
        for row in 0..sums.len() {
            self.logarithms += sums.value(row);
            self.count += counts.value(row);
        }
        Ok(())
    }
}
