//! Values of typed files into columns whose types may be others: numbers widen or narrow if they
//! fit, everything becomes text where text is asked for, and what does not fit is an error.

use crate::text::Column;

/// What is wrong with a value.
pub(crate) type Result<T> = std::result::Result<T, String>;

pub(crate) fn mismatch<T>(kind: &str) -> Result<T> {
    Err(format!("a value of type {kind} does not fit its column"))
}

pub(crate) fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| format!("{value} does not fit its column"))
}

pub(crate) fn boolean(column: &mut Column, value: bool) -> Result<()> {
    match column {
        Column::Boolean(b) => b.append_value(value),
        column => return text(column, if value { "true" } else { "false" }, "boolean"),
    }
    Ok(())
}

pub(crate) fn long(column: &mut Column, value: i64) -> Result<()> {
    match column {
        Column::Int8(b) => b.append_value(narrow(value)?),
        Column::Int16(b) => b.append_value(narrow(value)?),
        Column::Int32(b) => b.append_value(narrow(value)?),
        Column::Int64(b) => b.append_value(value),
        Column::Float32(b) => b.append_value(value as f32),
        Column::Float64(b) => b.append_value(value as f64),
        Column::Date(b) => b.append_value(narrow(value)?),
        Column::Timestamp(b) => b.append_value(value),
        column => return text(column, &value.to_string(), "integer"),
    }
    Ok(())
}

pub(crate) fn double(column: &mut Column, value: f64) -> Result<()> {
    match column {
        Column::Float32(b) => b.append_value(value as f32),
        Column::Float64(b) => b.append_value(value),
        column => return text(column, &value.to_string(), "double"),
    }
    Ok(())
}

pub(crate) fn bytes(column: &mut Column, value: &[u8]) -> Result<()> {
    match column {
        Column::Binary(b) => b.append_value(value),
        Column::BinaryView(b) => b.append_value(value),
        column if column.is_text() => drop(column.push_scalar(value, &Default::default())),
        _ => return mismatch("binary"),
    }
    Ok(())
}

/// Text into a column of text, and a scalar's text into one of its type.
pub(crate) fn text(column: &mut Column, value: &str, kind: &str) -> Result<()> {
    match column.push_scalar(value.as_bytes(), &Default::default()) {
        true => Ok(()),
        false => mismatch(kind),
    }
}

/// A number of so many digits after its point.
pub(crate) fn decimal(column: &mut Column, value: i128, scale: u8) -> Result<()> {
    match column {
        Column::Decimal { builder, precision, scale: wanted } => {
            let value = rescaled(value, scale, *wanted, *precision);
            builder.append_value(value.ok_or("a decimal does not fit its column")?);
            Ok(())
        }
        Column::Float64(b) => {
            b.append_value(value as f64 / 10f64.powi(scale.into()));
            Ok(())
        }
        _ => mismatch("decimal"),
    }
}

/// A number with another count of digits after its point.
fn rescaled(value: i128, from: u8, to: u8, precision: u8) -> Option<i128> {
    let factor = 10i128.checked_pow(u32::from(from.abs_diff(to)))?;
    let scaled = match from <= to {
        true => value.checked_mul(factor)?,
        // Halves go away from zero, as Hive rounds.
        false => {
            let (whole, rest) = (value / factor, value % factor);
            whole + if rest.abs() >= factor - rest.abs() { value.signum() } else { 0 }
        }
    };
    (scaled.unsigned_abs() < 10u128.checked_pow(precision.into())?).then_some(scaled)
}
