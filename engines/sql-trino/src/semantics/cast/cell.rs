//! One value of any scalar type, and its conversion to each other scalar type.

use aquifer_sql::SqlError;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type, i256,
};
use datafusion::error::{DataFusionError, Result};

use crate::datetime;
use crate::format::{per_second, ticks, write_date, write_timestamp, write_value};
use crate::zone::Zone;

/// A value that is not NULL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Boolean(bool),
    Integer(i64),
    Real(f32),
    Double(f64),
    /// Digits, scale.
    Decimal(i256, i8),
    Text(&'a str),
    Bytes(&'a [u8]),
    Date(i64),
    /// Nanoseconds of the day.
    Time(i64),
    /// Ticks, their unit, the zone.
    Timestamp(i64, TimeUnit, Option<&'a str>),
    Other,
}

fn invalid(message: String) -> DataFusionError {
    SqlError::user("INVALID_CAST_ARGUMENT", message).into()
}

fn out_of_range(message: String) -> DataFusionError {
    SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", message).into()
}

impl<'a> Cell<'a> {
    /// Reads a value; the row must not be NULL.
    pub(super) fn read(array: &'a dyn Array, row: usize) -> Cell<'a> {
        macro_rules! integer {
            ($type:ty) => {
                Cell::Integer(array.as_primitive::<$type>().value(row) as i64)
            };
        }
        match array.data_type() {
            DataType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
            DataType::Int8 => integer!(Int8Type),
            DataType::Int16 => integer!(Int16Type),
            DataType::Int32 => integer!(Int32Type),
            DataType::Int64 => integer!(Int64Type),
            DataType::UInt8 => integer!(UInt8Type),
            DataType::UInt16 => integer!(UInt16Type),
            DataType::UInt32 => integer!(UInt32Type),
            DataType::UInt64 => integer!(UInt64Type),
            DataType::Float16 => {
                Cell::Real(array.as_primitive::<Float16Type>().value(row).to_f32())
            }
            DataType::Float32 => Cell::Real(array.as_primitive::<Float32Type>().value(row)),
            DataType::Float64 => Cell::Double(array.as_primitive::<Float64Type>().value(row)),
            DataType::Decimal32(_, s) => {
                let value = array.as_primitive::<Decimal32Type>().value(row);
                Cell::Decimal(i256::from_i128(value.into()), *s)
            }
            DataType::Decimal64(_, s) => {
                let value = array.as_primitive::<Decimal64Type>().value(row);
                Cell::Decimal(i256::from_i128(value.into()), *s)
            }
            DataType::Decimal128(_, s) => {
                let value = array.as_primitive::<Decimal128Type>().value(row);
                Cell::Decimal(i256::from_i128(value), *s)
            }
            DataType::Decimal256(_, s) => {
                Cell::Decimal(array.as_primitive::<Decimal256Type>().value(row), *s)
            }
            DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => Cell::Text(array.as_string::<i64>().value(row)),
            DataType::Utf8View => Cell::Text(array.as_string_view().value(row)),
            DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row)),
            DataType::LargeBinary => Cell::Bytes(array.as_binary::<i64>().value(row)),
            DataType::BinaryView => Cell::Bytes(array.as_binary_view().value(row)),
            DataType::FixedSizeBinary(_) => Cell::Bytes(array.as_fixed_size_binary().value(row)),
            DataType::Date32 => Cell::Date(array.as_primitive::<Date32Type>().value(row).into()),
            DataType::Date64 => {
                Cell::Date(array.as_primitive::<Date64Type>().value(row).div_euclid(86_400_000))
            }
            DataType::Time32(TimeUnit::Second) => {
                let value = array.as_primitive::<Time32SecondType>().value(row);
                Cell::Time(i64::from(value) * 1_000_000_000)
            }
            DataType::Time32(_) => {
                let value = array.as_primitive::<Time32MillisecondType>().value(row);
                Cell::Time(i64::from(value) * 1_000_000)
            }
            DataType::Time64(TimeUnit::Microsecond) => {
                Cell::Time(array.as_primitive::<Time64MicrosecondType>().value(row) * 1000)
            }
            DataType::Time64(_) => {
                Cell::Time(array.as_primitive::<Time64NanosecondType>().value(row))
            }
            DataType::Timestamp(unit, zone) => {
                Cell::Timestamp(ticks(array, row), *unit, zone.as_deref())
            }
            _ => Cell::Other,
        }
    }

    pub(super) fn to_boolean(self) -> Result<bool> {
        match self {
            Cell::Boolean(value) => Ok(value),
            Cell::Integer(value) => Ok(value != 0),
            Cell::Real(value) => Ok(value != 0.0),
            Cell::Double(value) => Ok(value != 0.0),
            Cell::Decimal(value, _) => Ok(value != i256::ZERO),
            Cell::Text(text) => match text.to_ascii_lowercase().as_str() {
                "t" | "true" | "1" => Ok(true),
                "f" | "false" | "0" => Ok(false),
                _ => Err(invalid(format!("Cannot cast '{text}' to BOOLEAN"))),
            },
            _ => Err(invalid("Cannot cast value to BOOLEAN".to_owned())),
        }
    }

    /// To an integer of the given name and range.
    pub(super) fn to_integer(self, name: &str, min: i64, max: i64) -> Result<i64> {
        let in_range = |value: i64| (min..=max).contains(&value);
        let shown = if name == "integer" { "INT".to_owned() } else { name.to_uppercase() };
        match self {
            Cell::Boolean(value) => Ok(value.into()),
            Cell::Integer(value) if in_range(value) => Ok(value),
            Cell::Integer(value) => Err(out_of_range(format!("Out of range for {name}: {value}"))),
            Cell::Real(value) => float_to_integer(value.into(), name, min, max),
            Cell::Double(value) => float_to_integer(value, name, min, max),
            Cell::Decimal(value, scale) => {
                let rounded = rescale(value, scale, 0).and_then(|v| v.to_i128());
                rounded.and_then(|v| i64::try_from(v).ok()).filter(|v| in_range(*v)).ok_or_else(
                    || {
                        let text = decimal_text(value, scale);
                        invalid(format!("Cannot cast '{text}' to {}", name.to_uppercase()))
                    },
                )
            }
            Cell::Text(text) => text
                .parse::<i64>()
                .ok()
                .filter(|v| in_range(*v))
                .ok_or_else(|| invalid(format!("Cannot cast '{text}' to {shown}"))),
            _ => Err(invalid(format!("Cannot cast value to {shown}"))),
        }
    }

    pub(super) fn to_double(self, name: &str) -> Result<f64> {
        match self {
            Cell::Boolean(value) => Ok(f64::from(u8::from(value))),
            Cell::Integer(value) => Ok(value as f64),
            Cell::Real(value) => Ok(value.into()),
            Cell::Double(value) => Ok(value),
            Cell::Decimal(value, scale) => {
                let text = decimal_text(value, scale);
                text.parse().map_err(|_| invalid(format!("Cannot cast '{text}' to {name}")))
            }
            Cell::Text(text) => {
                parse_double(text).ok_or_else(|| invalid(format!("Cannot cast '{text}' to {name}")))
            }
            _ => Err(invalid(format!("Cannot cast value to {name}"))),
        }
    }

    pub(super) fn to_decimal(self, precision: u8, scale: u8) -> Result<i128> {
        let (from, text, digits) = match self {
            Cell::Boolean(value) => (
                "BOOLEAN",
                value.to_string(),
                rescale(i256::from_i128(value.into()), 0, scale as i8),
            ),
            Cell::Integer(value) => (
                "BIGINT",
                value.to_string(),
                rescale(i256::from_i128(value.into()), 0, scale as i8),
            ),
            Cell::Real(value) => {
                ("REAL", value.to_string(), text_decimal(&format!("{value}"), scale))
            }
            Cell::Double(value) => {
                ("DOUBLE", value.to_string(), text_decimal(&format!("{value}"), scale))
            }
            Cell::Decimal(value, own) => {
                ("DECIMAL", decimal_text(value, own), rescale(value, own, scale as i8))
            }
            Cell::Text(text) => {
                let digits = text_decimal(text.trim(), scale);
                if digits.is_none() {
                    return Err(invalid(format!(
                        "Cannot cast VARCHAR '{text}' to DECIMAL({precision}, {scale}). Value is not a number."
                    )));
                }
                ("VARCHAR", text.to_owned(), digits)
            }
            _ => ("value", String::new(), None),
        };
        let limit = 10_i128.pow(precision.into());
        digits.and_then(|d| d.to_i128()).filter(|d| *d > -limit && *d < limit).ok_or_else(|| {
            invalid(format!("Cannot cast {from} '{text}' to DECIMAL({precision}, {scale})"))
        })
    }

    /// Days since the epoch.
    pub(super) fn to_date(self) -> Result<i32> {
        match self {
            Cell::Date(days) => Ok(days as i32),
            Cell::Text(text) => match datetime::parse_date(text) {
                Some(date) => Ok(date.num_days_from_ce() - epoch().num_days_from_ce()),
                None => Err(invalid(format!("Value cannot be cast to date: {text}"))),
            },
            Cell::Timestamp(ticks, unit, zone) => {
                let days = local(ticks, unit, zone)?.date_naive().num_days_from_ce();
                Ok(days - epoch().num_days_from_ce())
            }
            _ => Err(invalid("Value cannot be cast to date".to_owned())),
        }
    }

    /// Nanoseconds of the day.
    pub(super) fn to_time(self) -> Result<i64> {
        let nanos = |time: NaiveTime| {
            i64::from(time.num_seconds_from_midnight()) * 1_000_000_000
                + i64::from(time.nanosecond())
        };
        match self {
            Cell::Time(nanos) => Ok(nanos),
            Cell::Text(text) => datetime::parse_time(text)
                .map(nanos)
                .ok_or_else(|| invalid(format!("Value cannot be cast to time: {text}"))),
            Cell::Timestamp(ticks, unit, zone) => Ok(nanos(local(ticks, unit, zone)?.time())),
            _ => Err(invalid("Value cannot be cast to time".to_owned())),
        }
    }

    /// Ticks of a unit since the epoch: of the clock's time, or of the instant if it is to have
    /// a zone.
    pub(super) fn to_timestamp(self, unit: TimeUnit, zoned: bool) -> Result<i64> {
        let beyond = || invalid("Value cannot be cast to timestamp: out of range".to_owned());
        match self {
            Cell::Date(days) => days
                .checked_mul(86_400)
                .and_then(|s| s.checked_mul(per_second(&unit)))
                .ok_or_else(beyond),
            Cell::Time(nanos) => Ok(nanos / (1_000_000_000 / per_second(&unit))),
            Cell::Timestamp(ticks, own, zone) => {
                let ticks = match (zone, zoned) {
                    // Becomes what the clocks showed.
                    (Some(_), false) => from_parts(&local(ticks, own, zone)?, own),
                    _ => ticks,
                };
                change_unit(ticks, own, unit).ok_or_else(beyond)
            }
            Cell::Text(text) => {
                let written = datetime::parse_timestamp(text);
                let instant = match (written, zoned) {
                    (Some(w), true) => w.instant(),
                    (Some(w), false) => Some(w.local.and_utc()),
                    (None, _) => None,
                };
                let instant = instant
                    .ok_or_else(|| invalid(format!("Value cannot be cast to timestamp: {text}")))?;
                let nanos = i128::from(instant.timestamp()) * 1_000_000_000
                    + i128::from(instant.timestamp_subsec_nanos());
                let step = i128::from(1_000_000_000 / per_second(&unit));
                let rounded = (nanos + step / 2).div_euclid(step);
                i64::try_from(rounded).map_err(|_| beyond())
            }
            _ => Err(beyond()),
        }
    }

    /// Appends the text the value converts to.
    pub(super) fn write(self, out: &mut String, array: &dyn Array, row: usize) {
        match self {
            Cell::Double(value) => write_scientific(out, value, format!("{value:e}")),
            Cell::Real(value) => write_scientific(out, value.into(), format!("{value:e}")),
            Cell::Date(days) => write_date(out, days),
            Cell::Timestamp(ticks, unit, zone) => write_timestamp(out, ticks, &unit, zone),
            _ => write_value(out, array, row),
        }
    }
}

fn epoch() -> NaiveDate {
    NaiveDate::default()
}

/// What clocks show, as an instant of a clock in UTC.
fn local(ticks: i64, unit: TimeUnit, zone: Option<&str>) -> Result<DateTime<Utc>> {
    let scale = per_second(&unit);
    let nanos = ticks.rem_euclid(scale) * (1_000_000_000 / scale);
    let instant = DateTime::from_timestamp(ticks.div_euclid(scale), nanos as u32)
        .ok_or_else(|| invalid(format!("Timestamp out of range: {ticks}")))?;
    Ok(match zone.and_then(Zone::parse) {
        Some(zone) => zone.local(instant).and_utc(),
        None => instant,
    })
}

fn from_parts(instant: &DateTime<Utc>, unit: TimeUnit) -> i64 {
    let scale = per_second(&unit);
    instant.timestamp() * scale
        + i64::from(instant.timestamp_subsec_nanos()) / (1_000_000_000 / scale)
}

/// Between precisions, rounding half up.
fn change_unit(ticks: i64, from: TimeUnit, to: TimeUnit) -> Option<i64> {
    let (from, to) = (per_second(&from), per_second(&to));
    if to >= from {
        return ticks.checked_mul(to / from);
    }
    let step = from / to;
    Some(ticks.checked_add(step / 2)?.div_euclid(step))
}

fn float_to_integer(value: f64, name: &str, min: i64, max: i64) -> Result<i64> {
    if value.is_nan() {
        return Err(invalid(format!("Cannot cast double NaN to {name}")));
    }
    let rounded = value.round();
    // The largest i64 is not a double; the next double is one beyond it.
    if rounded >= min as f64 && rounded < max as f64 + 1.0 {
        return Ok(rounded as i64);
    }
    let mut text = String::new();
    crate::format::write_double(&mut text, value);
    Err(invalid(match name {
        "bigint" => format!("Unable to cast {text} to bigint"),
        _ => format!("Out of range for {name}: {text}"),
    }))
}

/// Java's notation for doubles: blanks around, `NaN`, `Infinity`, an exponent.
fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim();
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => text.parse().ok(),
        _ => None,
    }
}

/// Digits of a decimal text at a scale, rounding half up.
fn text_decimal(text: &str, scale: u8) -> Option<i256> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Some(i256::ZERO);
    }
    // The point's place counted from the right of `all`; what lies beyond any decimal is cut.
    let own = fraction.len() as i32 - exponent;
    if significant.len() as i32 - own > 40 {
        return None;
    }
    let keep = significant.len().min(70);
    let own = own - (significant.len() - keep) as i32;
    let digits: i256 = significant[..keep].parse::<i256>().ok()?;
    let own = i8::try_from(own).ok();
    let value = match own {
        Some(own) => rescale(digits, own, scale as i8)?,
        // So small that nothing is left at any scale.
        None => i256::ZERO,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

/// Digits at another scale, rounding half away from zero; `None` if they do not fit.
pub(super) fn rescale(value: i256, from: i8, to: i8) -> Option<i256> {
    let shift = i32::from(to) - i32::from(from);
    if shift >= 0 {
        let factor = power(shift as u32)?;
        return value.checked_mul(factor);
    }
    let Some(divisor) = power(shift.unsigned_abs()) else { return Some(i256::ZERO) };
    let quotient = value.checked_div(divisor)?;
    let rest = value.checked_sub(quotient.checked_mul(divisor)?)?;
    let doubled = rest.wrapping_abs().checked_mul(i256::from_i128(2))?;
    if doubled < divisor {
        return Some(quotient);
    }
    let step = i256::from_i128(if value.is_negative() { -1 } else { 1 });
    quotient.checked_add(step)
}

fn power(exponent: u32) -> Option<i256> {
    if exponent > 76 {
        return None;
    }
    i256::from_i128(10).checked_pow(exponent)
}

fn decimal_text(value: i256, scale: i8) -> String {
    Decimal256Type::format_decimal(value, 76, scale)
}

/// `1.5E1`, as doubles convert to text.
fn write_scientific(out: &mut String, value: f64, scientific: String) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        out.push_str(mantissa);
        if !mantissa.contains('.') {
            out.push_str(".0");
        }
        out.push('E');
        out.push_str(exponent);
    }
}
