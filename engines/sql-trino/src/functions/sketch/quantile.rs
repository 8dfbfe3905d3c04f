//! `value_at_quantile(digest, quantile)`, `values_at_quantiles(digest, array(quantile))`,
//! `quantile_at_value(digest, value)`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::array::lists::{element, range};
use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};
use super::quantiles::Quantiles;
use crate::opaque::Opaque;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("value_at_quantile")
            .takes_any("tdigest or qdigest(T), double", one, value)
            .finish(),
        Function::named("values_at_quantiles")
            .takes_any("tdigest or qdigest(T), array(double)", several, values)
            .finish(),
        Function::named("quantile_at_value")
            .takes_any("tdigest or qdigest(T), T", share, quantile)
            .finish(),
    ]
}

/// The type of the values that are digested.
fn digested(given: &DataType) -> Option<DataType> {
    Some(match Opaque::of(given)? {
        Opaque::TDigest | Opaque::QDigestDouble => DataType::Float64,
        Opaque::QDigestReal => DataType::Float32,
        Opaque::QDigestBigint => DataType::Int64,
        _ => return None,
    })
}

fn number(given: &DataType) -> bool {
    given.is_numeric() || given.is_null()
}

fn one(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [digest, at] = given else { return None };
    let returns = digested(digest)?;
    number(at).then(|| (vec![digest.clone(), DataType::Float64], returns))
}

fn several(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [digest, at] = given else { return None };
    let returns = digested(digest)?;
    number(&element(at)?)
        .then(|| (vec![digest.clone(), list_of(DataType::Float64)], list_of(returns)))
}

fn share(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [digest, at] = given else { return None };
    digested(digest)?;
    number(at).then(|| (vec![digest.clone(), DataType::Float64], DataType::Float64))
}

fn read(bytes: &[u8]) -> Result<Quantiles> {
    let mut quantiles = Quantiles::from_bytes(bytes)?;
    quantiles.settle();
    Ok(quantiles)
}

fn at(quantiles: &Quantiles, quantile: f64) -> Result<Option<f64>> {
    if !(0.0..=1.0).contains(&quantile) {
        return Err(invalid_argument(format!(
            "Quantile should be within bounds [0, 1], was: {quantile}"
        )));
    }
    Ok(quantiles.value_at(quantile))
}

/// Numbers as the type that was digested; integers are whole.
fn typed(numbers: Float64Array, to: &DataType) -> Result<ArrayRef> {
    let numbers = match to.is_integer() {
        true => numbers.unary::<_, Float64Type>(f64::round),
        false => numbers,
    };
    Ok(cast(&numbers, to)?)
}

fn value(rows: &Rows) -> Result<ArrayRef> {
    let (digests, quantiles) = (rows.opaque(0), rows.double(1));
    let mut found = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        found.push(match rows.skips(row) {
            true => None,
            false => at(&read(digests.at(row))?, quantiles.at(row))?,
        });
    }
    typed(found.into(), rows.returns())
}

fn values(rows: &Rows) -> Result<ArrayRef> {
    let (digests, lists) = (rows.opaque(0), rows.list(1));
    let asked = lists.values().as_primitive::<Float64Type>();
    let (mut found, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows.len() {
        valid.push(!rows.skips(row));
        if rows.skips(row) {
            lengths.push(0);
            continue;
        }
        let quantiles = read(digests.at(row))?;
        let range = range(lists, rows.index(1, row));
        lengths.push(range.len());
        for i in range {
            if asked.is_null(i) {
                return Err(invalid_argument("All quantiles should be non-null."));
            }
            found.push(at(&quantiles, asked.value(i))?);
        }
    }
    let to = element(rows.returns()).unwrap_or(DataType::Float64);
    let field = Arc::new(Field::new_list_field(to.clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = Some(NullBuffer::from(valid));
    Ok(Arc::new(ListArray::try_new(field, offsets, typed(found.into(), &to)?, nulls)?))
}

fn quantile(rows: &Rows) -> Result<ArrayRef> {
    let (digests, values) = (rows.opaque(0), rows.double(1));
    rows.doubles(|row| Ok(read(digests.at(row))?.share_below(values.at(row))))
}
