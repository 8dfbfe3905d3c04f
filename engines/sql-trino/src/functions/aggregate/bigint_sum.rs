//! Sums of integers that fail when they do not fit 64 bits, where the engine's wrap around.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};
use datafusion_functions_aggregate_common::aggregate::groups_accumulator::accumulate::NullState;
use datafusion_functions_aggregate_common::aggregate::sum_distinct::DistinctSumAccumulator;

use super::super::error::out_of_range;

fn overflow(left: i64, right: i64) -> DataFusionError {
    out_of_range(format!("bigint addition overflow: {left} + {right}"))
}

/// The sum of a column in more bits than it can need; `None` without values.
fn wide_sum(values: &Int64Array) -> Option<i128> {
    let total = match values.nulls() {
        None => values.values().iter().map(|v| i128::from(*v)).sum(),
        Some(_) => values.iter().flatten().map(i128::from).sum(),
    };
    (values.null_count() < values.len()).then_some(total)
}

/// One group.
#[derive(Debug, Default)]
pub(super) struct BigintSum {
    sum: Option<i64>,
}

impl Accumulator for BigintSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        let Some(added) = wide_sum(values) else { return Ok(()) };
        let sum = self.sum.unwrap_or(0);
        match i64::try_from(i128::from(sum) + added) {
            Ok(total) => self.sum = Some(total),
            Err(_) => {
                // Once more, one by one, to tell which addition fails.
                let steps = values.iter().flatten().try_fold(sum, |sum, value| {
                    sum.checked_add(value).ok_or_else(|| overflow(sum, value))
                });
                return Err(steps.err().unwrap_or_else(|| overflow(sum, i64::MAX)));
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(self.sum))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// The rows of a frame that moves. The sum may leave the range on the way between two frames.
#[derive(Debug, Default)]
pub(super) struct SlidingBigintSum {
    sum: i128,
    count: usize,
}

impl Accumulator for SlidingBigintSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        self.sum += wide_sum(values).unwrap_or(0);
        self.count += values.len() - values.null_count();
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        self.sum -= wide_sum(values).unwrap_or(0);
        self.count -= values.len() - values.null_count();
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        internal_err!("frames are not merged")
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.count == 0 {
            return Ok(ScalarValue::Int64(None));
        }
        match i64::try_from(self.sum) {
            Ok(sum) => Ok(ScalarValue::Int64(Some(sum))),
            Err(_) => Err(out_of_range(format!("bigint addition overflow: {}", self.sum))),
        }
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// Different values only. They are kept as decimals, whose sum has room.
#[derive(Debug)]
pub(super) struct DistinctBigintSum {
    values: DistinctSumAccumulator<Decimal128Type>,
}

impl DistinctBigintSum {
    /// The type values are kept in.
    pub(super) const KEPT: DataType = DataType::Decimal128(38, 0);
}

impl Default for DistinctBigintSum {
    fn default() -> Self {
        DistinctBigintSum { values: DistinctSumAccumulator::new(&Self::KEPT) }
    }
}

impl Accumulator for DistinctBigintSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.values.update_batch(&[cast(&values[0], &Self::KEPT)?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.values.merge_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.values.state()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let ScalarValue::Decimal128(sum, ..) = self.values.evaluate()? else {
            return internal_err!("a sum of decimals is a decimal");
        };
        let narrowed = sum.map(|sum| {
            i64::try_from(sum).map_err(|_| out_of_range(format!("bigint addition overflow: {sum}")))
        });
        Ok(ScalarValue::Int64(narrowed.transpose()?))
    }

    fn size(&self) -> usize {
        self.values.size()
    }
}

/// Many groups.
#[derive(Debug, Default)]
pub(super) struct BigintSums {
    sums: Vec<i64>,
    nulls: NullState,
}

impl GroupsAccumulator for BigintSums {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        self.sums.resize(total, 0);
        let sums = &mut self.sums;
        let mut failed = None;
        self.nulls.accumulate(groups, values, filter, total, |group, value| {
            let sum = &mut sums[group];
            match sum.checked_add(value) {
                Some(added) => *sum = added,
                None => failed = failed.or(Some((*sum, value))),
            }
        });
        match failed {
            Some((sum, value)) => Err(overflow(sum, value)),
            None => Ok(()),
        }
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.update_batch(states, groups, None, total)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = emit_to.take_needed(&mut self.sums);
        Ok(Arc::new(Int64Array::new(sums.into(), self.nulls.build(emit_to))))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let Some(filter) = filter else { return Ok(vec![values[0].clone()]) };
        let (chosen, unknown) = filter.clone().into_parts();
        let chosen = match unknown {
            Some(known) => known.inner() & &chosen,
            None => chosen,
        };
        let (_, sums, nulls) = values[0].as_primitive::<Int64Type>().clone().into_parts();
        let nulls = NullBuffer::union(nulls.as_ref(), Some(&NullBuffer::from(chosen)));
        Ok(vec![Arc::new(Int64Array::new(sums, nulls))])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<i64>() + self.nulls.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: Vec<Option<i64>>) -> ArrayRef {
        Arc::new(Int64Array::from(values))
    }

    #[test]
    fn sums_that_do_not_fit_name_the_addition() {
        let mut sum = BigintSum::default();
        sum.update_batch(&[column(vec![Some(1), None, Some(i64::MAX - 1)])]).unwrap();
        assert_eq!(sum.evaluate().unwrap(), ScalarValue::Int64(Some(i64::MAX)));
        let error = sum.update_batch(&[column(vec![Some(1)])]).unwrap_err();
        assert!(
            error.to_string().ends_with("bigint addition overflow: 9223372036854775807 + 1"),
            "{error}"
        );
    }

    #[test]
    fn groups_fail_and_filter_on_their_own() {
        let mut sums = BigintSums::default();
        let values = column(vec![Some(i64::MAX), Some(2), None, Some(5)]);
        let filter = BooleanArray::from(vec![Some(true), Some(true), Some(true), None]);
        sums.update_batch(std::slice::from_ref(&values), &[0, 1, 2, 1], Some(&filter), 3).unwrap();
        let partial = sums.convert_to_state(&[values], Some(&filter)).unwrap();
        assert_eq!(partial[0].null_count(), 2);
        assert!(sums.merge_batch(&partial, &[1, 0, 0, 0], 3).is_err());
        let out = sums.evaluate(EmitTo::All).unwrap();
        assert!(out.is_null(2));
    }

    #[test]
    fn frames_may_pass_through_what_does_not_fit() {
        let mut sum = SlidingBigintSum::default();
        sum.update_batch(&[column(vec![Some(i64::MAX)])]).unwrap();
        sum.update_batch(&[column(vec![Some(3)])]).unwrap();
        assert!(sum.evaluate().is_err());
        sum.retract_batch(&[column(vec![Some(i64::MAX)])]).unwrap();
        assert_eq!(sum.evaluate().unwrap(), ScalarValue::Int64(Some(3)));
    }

    #[test]
    fn distinct_values_are_summed_with_room() {
        let mut sum = DistinctBigintSum::default();
        sum.update_batch(&[column(vec![Some(i64::MAX), Some(7), Some(7), None])]).unwrap();
        assert!(sum.evaluate().is_err());
        let mut sum = DistinctBigintSum::default();
        sum.update_batch(&[column(vec![Some(7), Some(7), Some(-2)])]).unwrap();
        assert_eq!(sum.evaluate().unwrap(), ScalarValue::Int64(Some(5)));
    }
}
