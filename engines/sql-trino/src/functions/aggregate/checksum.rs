//! `checksum(x) → varbinary`: a sum over the values' hashes that does not depend on their order.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::binary::xxhash64::hash;
use super::declared::Aggregate;

const PRIME: u64 = 0x9E37_79B1_85EB_CA87;

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "checksum",
        shown: "T",
        resolve: |given| (given.len() == 1).then(|| (given.to_vec(), DataType::Binary)),
        state: |_| vec![DataType::UInt64, DataType::Boolean],
        accumulator: |_, _| Ok(Box::new(Checksum { sum: 0, any: false })),
    }
    .finish()
}

#[derive(Debug)]
struct Checksum {
    sum: u64,
    any: bool,
}

/// The hash of each value; NULL has none.
pub(in super::super) fn hashes(values: &ArrayRef) -> Result<Vec<Option<u64>>> {
    let valid = |row: usize| values.is_valid(row);
    let rows = 0..values.len();
    Ok(match values.data_type() {
        integer if integer.is_integer() => {
            let wide = cast(values, &DataType::Int64)?;
            let wide = wide.as_primitive::<Int64Type>();
            rows.map(|row| valid(row).then(|| hash(&wide.value(row).to_le_bytes()))).collect()
        }
        DataType::Float64 => {
            let doubles = values.as_primitive::<Float64Type>();
            rows.map(|row| valid(row).then(|| hash(&doubles.value(row).to_le_bytes()))).collect()
        }
        text if text.is_string() => {
            let text = cast(values, &DataType::LargeUtf8)?;
            let text = text.as_string::<i64>();
            rows.map(|row| valid(row).then(|| hash(text.value(row).as_bytes()))).collect()
        }
        binary if binary.is_binary() => {
            let binary = cast(values, &DataType::LargeBinary)?;
            let binary = binary.as_binary::<i64>();
            rows.map(|row| valid(row).then(|| hash(binary.value(row)))).collect()
        }
        other => {
            let converter = RowConverter::new(vec![SortField::new(other.clone())])?;
            let encoded = converter.convert_columns(std::slice::from_ref(values))?;
            rows.map(|row| valid(row).then(|| hash(encoded.row(row).as_ref()))).collect()
        }
    })
}

impl Accumulator for Checksum {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        for hash in hashes(&columns[0])? {
            self.any = true;
            let value = hash.map_or(PRIME, |hash| hash.wrapping_mul(PRIME));
            self.sum = self.sum.wrapping_add(value);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(self.any.then(|| self.sum.to_le_bytes().to_vec())))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::UInt64(Some(self.sum)), ScalarValue::Boolean(Some(self.any))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let sums = states[0].as_primitive::<datafusion::arrow::datatypes::UInt64Type>();
        let any = states[1].as_boolean();
        for row in 0..sums.len() {
            self.sum = self.sum.wrapping_add(sums.value(row));
            self.any |= any.value(row);
        }
        Ok(())
    }
}
