//! Aggregates that make sketches, `approx_set(x[, e])`, `tdigest_agg(x[, w])`,
//! `qdigest_agg(x[, w[, accuracy]])`, and `merge(sketch)`, which joins them.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::super::aggregate::checksum_hashes;
use super::super::aggregate::declared::Aggregate;
use super::super::error::invalid_argument;
use super::hyperloglog::{BITS_DEFAULT, HyperLogLog};
use super::quantiles::Quantiles;
use super::set_digest::SetDigest;
use crate::opaque::{Opaque, bytes};

pub(crate) fn all() -> Vec<AggregateUDF> {
    let state = |_: &[DataType]| vec![DataType::Binary];
    vec![
        Aggregate {
            name: "approx_set",
            shown: "T[, double]",
            resolve: |given| match given {
                [x] => Some((vec![x.clone()], Opaque::HyperLogLog.arrow())),
                [x, e] if e.is_numeric() => {
                    Some((vec![x.clone(), DataType::Float64], Opaque::HyperLogLog.arrow()))
                }
                _ => None,
            },
            state,
            accumulator: |_, _| Ok(Box::new(Set { sketch: None })),
        }
        .finish(),
        Aggregate {
            name: "tdigest_agg",
            shown: "double[, double]",
            resolve: |given| {
                let fits = matches!(given.len(), 1 | 2) && given.iter().all(numeric);
                fits.then(|| (vec![DataType::Float64; given.len()], Opaque::TDigest.arrow()))
            },
            state,
            accumulator: |_, _| Ok(Box::new(Digest::new(Opaque::TDigest))),
        }
        .finish(),
        Aggregate {
            name: "qdigest_agg",
            shown: "T[, bigint[, double]]",
            resolve: |given| {
                let (first, rest) = given.split_first()?;
                let (x, digest) = match first {
                    DataType::Float32 => (DataType::Float32, Opaque::QDigestReal),
                    x if x.is_integer() => (DataType::Int64, Opaque::QDigestBigint),
                    x if numeric(x) => (DataType::Float64, Opaque::QDigestDouble),
                    _ => return None,
                };
                let fits = rest.len() <= 2 && rest.iter().all(numeric);
                let types =
                    std::iter::once(x).chain(rest.iter().map(|_| DataType::Float64)).collect();
                fits.then(|| (types, digest.arrow()))
            },
            state,
            accumulator: |_, returns| {
                let kind = Opaque::of(returns).unwrap_or(Opaque::QDigestDouble);
                Ok(Box::new(Digest::new(kind)))
            },
        }
        .finish(),
        Aggregate {
            name: "make_set_digest",
            shown: "T",
            resolve: |given| {
                (given.len() == 1).then(|| (given.to_vec(), Opaque::SetDigest.arrow()))
            },
            state,
            accumulator: |_, _| Ok(Box::new(Digested { digest: None })),
        }
        .finish(),
        Aggregate {
            name: "merge_set_digest",
            shown: "SetDigest",
            resolve: |given| match given {
                [digest] if Opaque::of(digest) == Some(Opaque::SetDigest) => {
                    Some((given.to_vec(), digest.clone()))
                }
                _ => None,
            },
            state,
            accumulator: |_, _| Ok(Box::new(Digested { digest: None })),
        }
        .finish(),
        Aggregate {
            name: "merge",
            shown: "HyperLogLog, tdigest or qdigest(T)",
            resolve: |given| match given {
                [sketch] if is_sketch(sketch) && Opaque::of(sketch) != Some(Opaque::SetDigest) => {
                    Some((given.to_vec(), sketch.clone()))
                }
                _ => None,
            },
            state,
            accumulator: |_, returns| match Opaque::of(returns) {
                Some(Opaque::HyperLogLog) | None => Ok(Box::new(Set { sketch: None })),
                Some(kind) => Ok(Box::new(Digest::new(kind))),
            },
        }
        .finish(),
    ]
}

fn numeric(given: &DataType) -> bool {
    given.is_numeric() || given.is_null()
}

fn is_sketch(given: &DataType) -> bool {
    use Opaque::{HyperLogLog, QDigestBigint, QDigestDouble, QDigestReal, SetDigest, TDigest};
    matches!(
        Opaque::of(given),
        Some(HyperLogLog | TDigest | QDigestBigint | QDigestReal | QDigestDouble | SetDigest)
    )
}

/// The sketches of a column, if it is one of sketches.
fn each(column: &ArrayRef, mut rule: impl FnMut(&[u8]) -> Result<()>) -> Result<bool> {
    if !is_sketch(column.data_type()) {
        return Ok(false);
    }
    let inner = column.as_struct().column(0);
    (0..column.len())
        .filter(|row| column.is_valid(*row))
        .try_for_each(|row| rule(bytes(inner, row)))?;
    Ok(true)
}

fn answer(kind: Opaque, value: Option<Vec<u8>>) -> Result<ScalarValue> {
    ScalarValue::try_from_array(&kind.column(&[value])?, 0)
}

/// Partial sketches.
fn partial(states: &[ArrayRef], mut rule: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    states[0].as_binary::<i32>().iter().flatten().try_for_each(&mut rule)
}

#[derive(Debug)]
struct Set {
    sketch: Option<HyperLogLog>,
}

impl Set {
    fn join(&mut self, bytes: &[u8]) -> Result<()> {
        let other = HyperLogLog::from_bytes(bytes)?;
        match &mut self.sketch {
            Some(own) => own.merge(&other),
            None => {
                self.sketch = Some(other);
                Ok(())
            }
        }
    }
}

impl Accumulator for Set {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        if each(&columns[0], |bytes| self.join(bytes))? {
            return Ok(());
        }
        if columns[0].null_count() == columns[0].len() {
            return Ok(());
        }
        if self.sketch.is_none() {
            let error = columns.get(1).map(|errors| errors.as_primitive::<Float64Type>());
            self.sketch = Some(match error.and_then(|errors| errors.iter().flatten().next()) {
                Some(error) => HyperLogLog::of_error(error)?,
                None => HyperLogLog::new(BITS_DEFAULT),
            });
        }
        let hashes = checksum_hashes(&columns[0])?;
        if let Some(sketch) = &mut self.sketch {
            hashes.into_iter().flatten().for_each(|hash| sketch.add(hash));
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        answer(Opaque::HyperLogLog, self.sketch.as_ref().map(HyperLogLog::to_bytes))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.sketch.as_ref().map_or(0, HyperLogLog::size)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.sketch.as_ref().map(HyperLogLog::to_bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        partial(states, |bytes| self.join(bytes))
    }
}

#[derive(Debug)]
struct Digest {
    kind: Opaque,
    quantiles: Quantiles,
    /// Whether a digest was merged, be it an empty one.
    any: bool,
}

impl Digest {
    fn new(kind: Opaque) -> Self {
        Self { kind, quantiles: Quantiles::default(), any: false }
    }

    fn join(&mut self, bytes: &[u8]) -> Result<()> {
        self.any = true;
        self.quantiles.merge(Quantiles::from_bytes(bytes)?);
        Ok(())
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        (self.any || !self.quantiles.is_empty()).then(|| self.quantiles.bytes())
    }
}

impl Accumulator for Digest {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        if each(&columns[0], |bytes| self.join(bytes))? {
            return Ok(());
        }
        let values = cast(&columns[0], &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        let weights = columns.get(1).map(|weights| weights.as_primitive::<Float64Type>());
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            let weight = match weights {
                Some(weights) if weights.is_null(row) => continue,
                Some(weights) => weights.value(row),
                None => 1.0,
            };
            if weight <= 0.0 || weight.is_nan() {
                return Err(invalid_argument("weight must be > 0"));
            }
            if values.value(row).is_nan() {
                return Err(invalid_argument("Cannot add NaN to a digest"));
            }
            self.quantiles.add(values.value(row), weight);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let bytes = self.bytes();
        answer(self.kind, bytes)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.quantiles.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.bytes())])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        partial(states, |bytes| self.join(bytes))
    }
}

#[derive(Debug)]
struct Digested {
    digest: Option<SetDigest>,
}

impl Digested {
    fn join(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.get_or_insert_default().merge(&SetDigest::from_bytes(bytes)?);
        Ok(())
    }
}

impl Accumulator for Digested {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        if each(&columns[0], |bytes| self.join(bytes))? {
            return Ok(());
        }
        for hash in checksum_hashes(&columns[0])?.into_iter().flatten() {
            self.digest.get_or_insert_default().add(hash);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        answer(Opaque::SetDigest, self.digest.as_ref().map(SetDigest::to_bytes))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.digest.as_ref().map_or(0, SetDigest::size)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.digest.as_ref().map(SetDigest::to_bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        partial(states, |bytes| self.join(bytes))
    }
}
