//! `width_bucket(x, bound1, bound2, n) → bigint`: of n equal buckets between the bounds, 0 below,
//! n + 1 above. `width_bucket(x, bins) → bigint`: by ascending bounds.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::range;
use super::super::error::{invalid_argument, out_of_range};
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    use Type::{Array, Bigint, Double};
    Function::named("width_bucket")
        .takes(&[Double, Double, Double, Bigint], Bigint, equal)
        .takes(&[Double, Array(&Double)], Bigint, given)
        .finish()
}

fn equal(rows: &Rows) -> Result<ArrayRef> {
    let (x, one, two, counts) = (rows.double(0), rows.double(1), rows.double(2), rows.long(3));
    rows.longs(|row| {
        let (x, one, two, count) = (x.at(row), one.at(row), two.at(row), counts.at(row));
        if count <= 0 {
            return Err(invalid_argument("bucketCount must be greater than 0"));
        }
        if x.is_nan() {
            return Err(invalid_argument("operand must not be NaN"));
        }
        if !one.is_finite() || !two.is_finite() {
            return Err(invalid_argument("bounds must be finite"));
        }
        if one == two {
            return Err(invalid_argument("bounds cannot equal each other"));
        }
        let (lower, upper) = (one.min(two), one.max(two));
        let bucket = if x < lower {
            0
        } else if x >= upper {
            count.checked_add(1).ok_or_else(|| out_of_range("Bucket number is out of range"))?
        } else {
            (count as f64 * (x - lower) / (upper - lower)) as i64 + 1
        };
        Ok(Some(if one > two { count - bucket + 1 } else { bucket }))
    })
}

fn given(rows: &Rows) -> Result<ArrayRef> {
    let (x, bins) = (rows.double(0), rows.list(1));
    let bounds = bins.values().as_primitive::<Float64Type>();
    rows.longs(|row| {
        let range = range(bins, rows.index(1, row));
        if range.is_empty() {
            return Err(invalid_argument("Bins cannot be an empty array"));
        }
        let bounds = &bounds.values()[range];
        if x.at(row).is_nan() {
            return Err(invalid_argument("Operand cannot be NaN"));
        }
        if bounds.iter().any(|bound| !bound.is_finite()) {
            return Err(invalid_argument("Bin value must be finite"));
        }
        if bounds.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(invalid_argument("Bin values are not sorted in ascending order"));
        }
        Ok(i64::try_from(bounds.partition_point(|bound| *bound <= x.at(row))).ok())
    })
}
