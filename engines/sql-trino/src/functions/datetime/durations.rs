//! `human_readable_seconds(double) → varchar`, `parse_duration(string) → interval`,
//! `to_milliseconds(interval) → bigint`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit,
};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("human_readable_seconds")
            .takes(&[Type::Double], Type::Varchar, human)
            .finish(),
        Function::named("parse_duration")
            .takes_any(
                "varchar",
                |given| match given {
                    [text] if text.is_string() => Some((given.to_vec(), INTERVAL)),
                    _ => None,
                },
                parse,
            )
            .finish(),
        Function::named("to_milliseconds")
            .takes_any(
                "interval day to second",
                |given| match given {
                    [DataType::Interval(IntervalUnit::YearMonth)] => None,
                    [DataType::Interval(_) | DataType::Duration(_)] => {
                        Some((vec![INTERVAL], DataType::Int64))
                    }
                    _ => None,
                },
                milliseconds,
            )
            .finish(),
    ]
}

fn human(rows: &Rows) -> Result<ArrayRef> {
    let seconds = rows.double(0);
    rows.varchars(|row| {
        let seconds = seconds.at(row);
        if !seconds.is_finite() {
            return Err(invalid_argument(format!("Invalid argument found: {seconds}")));
        }
        let mut rest = seconds.round().abs() as u64;
        let mut parts = Vec::new();
        for (unit, size) in
            [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)]
        {
            let count = rest / size;
            rest %= size;
            if count > 0 || unit == "second" && parts.is_empty() {
                parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
            }
        }
        Ok(Some(parts.join(", ")))
    })
}

/// Nanoseconds of a unit.
fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "ns" => 1.0,
        "us" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        "d" => 86_400e9,
        _ => return None,
    })
}

fn parse(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.make::<IntervalMonthDayNanoType>(|row| {
        let text = texts.at(row).trim();
        let refused =
            || invalid_argument(format!("duration is not a valid data duration string: {text}"));
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let number: f64 = text[..digits].parse().map_err(|_| refused())?;
        let size = unit(text[digits..].trim()).ok_or_else(refused)?;
        // An interval has milliseconds.
        let millis = (number * size / 1e6).round() as i64;
        let days = i32::try_from(millis / 86_400_000).map_err(|_| refused())?;
        let nanoseconds = millis % 86_400_000 * 1_000_000;
        Ok(Some(IntervalMonthDayNano { months: 0, days, nanoseconds }))
    })
}

fn milliseconds(rows: &Rows) -> Result<ArrayRef> {
    let plain = cast(rows.array(0), &INTERVAL)?;
    let values = Arc::clone(&plain);
    let values = values.as_primitive::<IntervalMonthDayNanoType>();
    rows.longs(|row| {
        let value = values.value(rows.index(0, row));
        Ok(Some(i64::from(value.days) * 86_400_000 + value.nanoseconds / 1_000_000))
    })
}
