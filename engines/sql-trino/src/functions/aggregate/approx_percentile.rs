//! `approx_percentile(x[, weight], percentage) → [same as x]`, `approx_percentile(x[, weight],
//! array(percentage)) → array`. Exact up to a thousand values, a digest beyond.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};
use datafusion_functions_aggregate_common::tdigest::{Centroid, TDigest};

use super::super::array::lists::element;
use super::super::error::invalid_argument;
use super::super::scalar::list_of;
use super::declared::{Aggregate, one_list};

/// Values kept as they are; more are summed up in a digest.
const EXACT_MAX: usize = 1_000;
/// Centroids of the digest: about one part in a thousand of error in the middle.
const CENTROIDS: usize = 1_000;

pub(super) fn function() -> AggregateUDF {
    Aggregate {
        name: "approx_percentile",
        shown: "x[, weight], percentage",
        resolve,
        state: |_| {
            vec![
                list_of(DataType::Float64),
                list_of(DataType::Float64),
                list_of(DataType::Float64),
                list_of(DataType::Float64),
            ]
        },
        accumulator: |given, returns| {
            Ok(Box::new(ApproxPercentile {
                weighted: given.len() == 3,
                exact: Vec::new(),
                digest: None,
                percentages: Vec::new(),
                returns: returns.clone(),
            }))
        },
    }
    .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (percentage, values) = given.split_last()?;
    let numeric = |t: &DataType| t.is_numeric() || t.is_null();
    if !(1..=2).contains(&values.len()) || !values.iter().all(numeric) {
        return None;
    }
    let x = match &values[0] {
        x if x.is_integer() => DataType::Int64,
        DataType::Float32 => DataType::Float32,
        _ => DataType::Float64,
    };
    // The value keeps its type, which is the answer's; a weight is a double.
    let mut types = vec![x.clone()];
    types.extend(values[1..].iter().map(|_| DataType::Float64));
    match percentage {
        list if element(list).is_some_and(|element| numeric(&element)) && !list.is_null() => {
            types.push(list_of(DataType::Float64));
            Some((types, list_of(x)))
        }
        percentage if percentage.is_numeric() => {
            types.push(DataType::Float64);
            Some((types, x))
        }
        _ => None,
    }
}

#[derive(Debug)]
struct ApproxPercentile {
    weighted: bool,
    /// Values and their weights, until there are too many.
    exact: Vec<(f64, f64)>,
    digest: Option<TDigest>,
    percentages: Vec<f64>,
    returns: DataType,
}

impl ApproxPercentile {
    fn add(&mut self, x: f64, weight: f64) {
        self.exact.push((x, weight));
        if self.exact.len() > EXACT_MAX {
            self.condense();
        }
    }

    /// Moves the values into the digest.
    fn condense(&mut self) {
        let digest = self.digest.take().unwrap_or_else(|| TDigest::new(CENTROIDS));
        let mut values = std::mem::take(&mut self.exact);
        let merged = if values.iter().all(|(_, weight)| *weight == 1.0) {
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            let sorted: Vec<f64> = values.iter().map(|(x, _)| *x).collect();
            digest.merge_sorted_f64(&sorted)
        } else {
            let single = |(x, weight): &(f64, f64)| {
                TDigest::new_with_centroid(CENTROIDS, Centroid::new(*x, *weight))
            };
            let all: Vec<TDigest> =
                std::iter::once(digest).chain(values.iter().map(single)).collect();
            TDigest::merge_digests(&all)
        };
        self.digest = Some(merged);
    }

    fn at(&self, percentage: f64) -> Option<f64> {
        if let Some(digest) = &self.digest {
            return Some(digest.estimate_quantile(percentage));
        }
        let total: f64 = self.exact.iter().map(|(_, weight)| weight).sum();
        let mut below = 0.0;
        let reached = self.exact.iter().find(|(_, weight)| {
            below += weight;
            below >= percentage * total
        });
        reached.or(self.exact.last()).map(|(x, _)| *x)
    }

    fn read_percentages(&mut self, column: &ArrayRef) -> Result<()> {
        if !self.percentages.is_empty() || column.is_empty() {
            return Ok(());
        }
        let values = match column.data_type() {
            DataType::List(_) if column.is_valid(0) => column.as_list::<i32>().value(0),
            DataType::List(_) => return Err(invalid_argument("Percentiles cannot be null")),
            _ => column.slice(0, 1),
        };
        let values = values.as_primitive::<Float64Type>();
        for percentage in values {
            match percentage {
                Some(p) if (0.0..=1.0).contains(&p) => self.percentages.push(p),
                _ => return Err(invalid_argument("Percentile must be between 0 and 1")),
            }
        }
        Ok(())
    }
}

impl Accumulator for ApproxPercentile {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        if let Some(percentages) = columns.last() {
            self.read_percentages(percentages)?;
        }
        let values = cast(&columns[0], &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        let weights = self.weighted.then(|| columns[1].as_primitive::<Float64Type>());
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            let weight = match weights {
                Some(weights) if weights.is_null(row) => continue,
                Some(weights) => weights.value(row),
                None => 1.0,
            };
            if weight < 0.0 || weight.is_nan() {
                return Err(invalid_argument("percentile weight must be >= 0"));
            }
            // NaN has no place in an order.
            if weight > 0.0 && !values.value(row).is_nan() {
                self.add(values.value(row), weight);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.digest.is_some() && !self.exact.is_empty() {
            self.condense();
        }
        if self.digest.is_none() && self.exact.is_empty() {
            return ScalarValue::try_new_null(&self.returns);
        }
        self.exact.sort_by(|a, b| a.0.total_cmp(&b.0));
        let single = match &self.returns {
            DataType::List(field) => field.data_type().clone(),
            other => other.clone(),
        };
        let found: Float64Array = self
            .percentages
            .iter()
            .map(|p| self.at(*p).map(|x| if single.is_integer() { x.round() } else { x }))
            .collect();
        let found = cast(&found, &single)?;
        match &self.returns {
            DataType::List(_) => one_list(found),
            _ => ScalarValue::try_from_array(&found, 0),
        }
    }

    fn size(&self) -> usize {
        let digest = self.digest.as_ref().map_or(0, TDigest::size);
        size_of_val(self) + self.exact.capacity() * size_of::<(f64, f64)>() + digest
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let list = |values: Vec<f64>| one_list(std::sync::Arc::new(Float64Array::from(values)));
        let digest = match &self.digest {
            None => Vec::new(),
            Some(digest) => {
                let ends = [digest.min(), digest.max(), digest.sum(), digest.count()];
                let centroids = digest.centroids().iter();
                let centroids = centroids.flat_map(|c| [c.mean(), c.weight()]);
                ends.into_iter().chain(centroids).collect()
            }
        };
        Ok(vec![
            list(self.exact.iter().map(|(x, _)| *x).collect())?,
            list(self.exact.iter().map(|(_, weight)| *weight).collect())?,
            list(digest)?,
            list(self.percentages.clone())?,
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let lists: Vec<_> = states.iter().map(|column| column.as_list::<i32>()).collect();
        for row in 0..lists[0].len() {
            let part = |index: usize| lists[index].value(row);
            let numbers = |array: &ArrayRef| array.as_primitive::<Float64Type>().values().to_vec();
            if self.percentages.is_empty() {
                self.percentages = numbers(&part(3));
            }
            for (x, weight) in numbers(&part(0)).into_iter().zip(numbers(&part(1))) {
                self.add(x, weight);
            }
            let digest = numbers(&part(2));
            if let [min, max, sum, count, centroids @ ..] = digest.as_slice() {
                let centroids: Vec<Centroid> =
                    centroids.chunks_exact(2).map(|c| Centroid::new(c[0], c[1])).collect();
                let other =
                    TDigest::try_from_parts(CENTROIDS, *sum, *count, *max, *min, centroids)?;
                let mut all = vec![other];
                all.extend(self.digest.take());
                self.digest = Some(TDigest::merge_digests(&all));
            }
        }
        Ok(())
    }
}
