//! `round(x[, d]) → [same as input]`, halves away from zero; `truncate(x[, d])`, towards zero;
//! `ceil(x)` (`ceiling`) and `floor(x)`. Integers stay integers, decimals stay decimals.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float32Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::out_of_range;
use super::super::scalar::{Function, Rows};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("round")
            .takes_any("x", places_or_none, |rows| evaluate(rows, Mode::Round))
            .finish(),
        Function::named("truncate")
            .takes_any("x", places_or_none, |rows| evaluate(rows, Mode::Truncate))
            .finish(),
        Function::named("ceil")
            .alias("ceiling")
            .takes_any("x", none, |rows| evaluate(rows, Mode::Ceil))
            .finish(),
        Function::named("floor").takes_any("x", none, |rows| evaluate(rows, Mode::Floor)).finish(),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Round,
    Truncate,
    Ceil,
    Floor,
}

fn places_or_none(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (number, places) = given.split_first()?;
    match places {
        [] => none(given),
        [places] if places.is_integer() || places.is_null() => {
            let number = kept(number)?;
            Some((vec![number.clone(), DataType::Int64], number))
        }
        _ => None,
    }
}

fn none(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [number] = given else { return None };
    let number = kept(number)?;
    let returns = match &number {
        // One more digit than before the point, for a carry.
        DataType::Decimal128(p, s) if *s > 0 => {
            let whole = i16::from(*p) - i16::from(*s) + 1;
            DataType::Decimal128(u8::try_from(whole.clamp(1, 38)).expect("clamped"), 0)
        }
        other => other.clone(),
    };
    Some((vec![number], returns))
}

/// The type a number is rounded in.
fn kept(number: &DataType) -> Option<DataType> {
    match number {
        DataType::Null => Some(DataType::Float64),
        DataType::UInt64 => Some(DataType::Int64),
        DataType::Float16 => Some(DataType::Float32),
        number if number.is_integer() || number.is_floating() => Some(number.clone()),
        DataType::Decimal32(p, s) | DataType::Decimal64(p, s) | DataType::Decimal128(p, s) => {
            Some(DataType::Decimal128(*p, *s))
        }
        _ => None,
    }
}

fn evaluate(rows: &Rows, mode: Mode) -> Result<ArrayRef> {
    let places = (rows.arguments() == 2).then(|| rows.long(1));
    let places = |row: usize| {
        let places = places.as_ref().map_or(0, |places| places.at(row));
        i32::try_from(places.clamp(-400, 400)).expect("clamped")
    };
    match rows.data_type(0) {
        DataType::Float64 => {
            let numbers = rows.double(0);
            rows.doubles(|row| Ok(Some(float(numbers.at(row), places(row), mode))))
        }
        DataType::Float32 => {
            let numbers = rows.array(0).as_primitive::<Float32Type>();
            rows.make::<Float32Type>(|row| {
                let number = numbers.value(rows.index(0, row)).into();
                Ok(Some(float(number, places(row), mode) as f32))
            })
        }
        DataType::Decimal128(_, scale) => decimal(rows, i32::from(*scale), places, mode),
        // Whole numbers change only when rounded to tens and above.
        data_type => {
            let wide = datafusion::arrow::compute::cast(rows.array(0), &DataType::Int64)?;
            let numbers = wide.as_primitive::<Int64Type>();
            let mut values = Vec::with_capacity(rows.len());
            for row in 0..rows.len() {
                let number = i128::from(numbers.value(rows.index(0, row)));
                let value = integer(number, -places(row), mode);
                let value = i64::try_from(value).ok().filter(|_| !rows.skips(row));
                values.push(value);
            }
            let array: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(values));
            Ok(datafusion::arrow::compute::cast(&array, data_type)?)
        }
    }
}

fn float(number: f64, places: i32, mode: Mode) -> f64 {
    let apply = |number: f64| match mode {
        Mode::Round => number.round(),
        Mode::Truncate => number.trunc(),
        Mode::Ceil => number.ceil(),
        Mode::Floor => number.floor(),
    };
    if places == 0 {
        return apply(number);
    }
    let factor = 10_f64.powi(places);
    let rounded = apply(number * factor) / factor;
    // So many places that there is nothing to round.
    if rounded.is_finite() { rounded } else { number }
}

/// Rounds a whole number at ten to the power of so many digits.
fn integer(number: i128, digits: i32, mode: Mode) -> i128 {
    let Ok(digits @ 1..) = u32::try_from(digits) else { return number };
    // More digits than any number has leave zero, but for the modes that move away from it.
    let unit = 10_i128.pow(digits.min(38));
    let (whole, rest) = (number / unit, number % unit);
    let whole = match mode {
        Mode::Truncate => whole,
        Mode::Round if rest.unsigned_abs() >= unit.unsigned_abs().div_ceil(2) => {
            whole + rest.signum()
        }
        Mode::Round => whole,
        Mode::Ceil => whole + i128::from(rest > 0),
        Mode::Floor => whole - i128::from(rest < 0),
    };
    whole.saturating_mul(unit)
}

fn decimal(rows: &Rows, scale: i32, places: impl Fn(usize) -> i32, mode: Mode) -> Result<ArrayRef> {
    let numbers = rows.array(0).as_primitive::<Decimal128Type>();
    let DataType::Decimal128(precision, kept) = *rows.returns() else {
        return Err(out_of_range("a decimal is rounded to something else"));
    };
    // What is cut off by the answer's own scale.
    let cut = scale - i32::from(kept);
    let limit = 10_i128.checked_pow(precision.into()).unwrap_or(i128::MAX);
    let mut values = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        if rows.skips(row) {
            values.push(None);
            continue;
        }
        let number = numbers.value(rows.index(0, row));
        let rounded = integer(number, scale - places(row), mode);
        let digits = u32::try_from(cut).unwrap_or(0);
        let rounded = rounded / 10_i128.pow(digits.min(38));
        if rounded.abs() >= limit {
            return Err(out_of_range("decimal overflow"));
        }
        values.push(Some(rounded));
    }
    let array = datafusion::arrow::array::Decimal128Array::from(values);
    Ok(Arc::new(array.with_precision_and_scale(precision, kept)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(float(2.5, 0, Mode::Round), 3.0);
        assert_eq!(float(-2.5, 0, Mode::Round), -3.0);
        assert_eq!(float(1.2345, 2, Mode::Truncate), 1.23);
        assert_eq!(float(1e300, 300, Mode::Round), 1e300);
        assert_eq!(integer(15, 1, Mode::Round), 20);
        assert_eq!(integer(-15, 1, Mode::Round), -20);
        assert_eq!(integer(-15, 1, Mode::Floor), -20);
        assert_eq!(integer(14, 1, Mode::Ceil), 20);
        assert_eq!(integer(14, -3, Mode::Round), 14);
        assert_eq!(integer(i128::from(i64::MAX), 400, Mode::Round), 0);
    }
}
