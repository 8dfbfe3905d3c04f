//! Patterns that moments are written by: `MMMM d, y h:m a`.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-date.html>

use std::fmt::Write;

use chrono::{Datelike, Timelike};

use crate::code::{Code, Error, Result};
use crate::time::Time;

/// Writes a moment by a pattern.
pub(crate) fn write(time: &Time, pattern: &str) -> Result<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(symbol) = rest.chars().next() {
        if symbol == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
            continue;
        }
        let end = rest.find(|c| c != symbol).unwrap_or(rest.len());
        if symbol.is_ascii_alphabetic() {
            field(time, symbol, end, &mut out)?;
        } else {
            out.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    Ok(out)
}

/// Text between quotes, in which two of them are one; what follows it.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str> {
    if let Some(rest) = text.strip_prefix('\'') {
        out.push('\'');
        return Ok(rest);
    }
    let mut rest = text;
    loop {
        let end = rest.find('\'').ok_or(Code::EvaluatorUnterminatedTimestampFormatPatternToken)?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        let Some(more) = rest.strip_prefix('\'') else { return Ok(rest) };
        out.push('\'');
        rest = more;
    }
}

fn field(time: &Time, symbol: char, count: usize, out: &mut String) -> Result<()> {
    let local = time.local();
    let hour12 = || local.hour12().1;
    let invalid = || Error::from(Code::EvaluatorInvalidTimestampFormatPattern);
    match (symbol, count) {
        ('y', 1) => number(out, i64::from(local.year()), 1),
        ('y', 2) => number(out, i64::from(local.year().rem_euclid(100)), 2),
        ('y', 4) => number(out, i64::from(local.year()), 4),
        ('M', 1 | 2) => number(out, i64::from(local.month()), count),
        ('M', 3) => _ = write!(out, "{}", local.format("%b")),
        ('M', 4) => _ = write!(out, "{}", local.format("%B")),
        ('M', 5) => out.extend(local.format("%B").to_string().chars().next()),
        ('d', 1 | 2) => number(out, i64::from(local.day()), count),
        ('a', 1) => out.push_str(if local.hour12().0 { "PM" } else { "AM" }),
        ('h', 1 | 2) => number(out, i64::from(hour12()), count),
        ('H', 1 | 2) => number(out, i64::from(local.hour()), count),
        ('m', 1 | 2) => number(out, i64::from(local.minute()), count),
        ('s', 1 | 2) => number(out, i64::from(local.second()), count),
        ('S', 1..=9) => out.push_str(&format!("{:09}", local.nanosecond())[..count]),
        ('n', 1) => number(out, i64::from(local.nanosecond()), 1),
        ('X' | 'x', 1..=5) => offset(time.offset_minutes(), symbol == 'X', count, out),
        ('y' | 'M' | 'd' | 'a' | 'h' | 'H' | 'm' | 's' | 'S' | 'n' | 'X' | 'x', _) => {
            return Err(invalid());
        }
        _ => return Err(Code::EvaluatorInvalidTimestampFormatPatternSymbol.into()),
    }
    Ok(())
}

fn number(out: &mut String, value: i64, width: usize) {
    _ = write!(out, "{value:0width$}");
}

fn offset(minutes: i32, zulu: bool, count: usize, out: &mut String) {
    if zulu && minutes == 0 {
        out.push('Z');
        return;
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    _ = match count {
        1 => write!(out, "{sign}{hours:02}"),
        2 | 4 => write!(out, "{sign}{hours:02}{rest:02}"),
        _ => write!(out, "{sign}{hours:02}:{rest:02}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of AWS's page.
    #[test]
    fn moments_are_written_by_patterns() {
        for (time, pattern, written) in [
            ("1969-07-20T20:18Z", "MMMM d, y", "July 20, 1969"),
            ("1969-07-20T20:18Z", "MMM d, yyyy", "Jul 20, 1969"),
            ("1969-07-20T20:18Z", "M-d-yy", "7-20-69"),
            ("1969-07-20T20:18Z", "MM-d-y", "07-20-1969"),
            ("1969-07-20T20:18Z", "MMMM d, y h:m a", "July 20, 1969 8:18 PM"),
            ("1969-07-20T20:18Z", "y-MM-dd'T'H:m:ssX", "1969-07-20T20:18:00Z"),
            ("1969-07-20T20:18+08:00", "y-MM-dd'T'H:m:ssXXXX", "1969-07-20T20:18:00+0800"),
            ("1969-07-20T20:18+08:00", "y-MM-dd'T'H:m:ssXXXXX", "1969-07-20T20:18:00+08:00"),
            ("1969-07-20T20:18:01.250Z", "SSS 'o''clock' ''", "250 o'clock '"),
        ] {
            let time = Time::parse(time).unwrap();
            assert_eq!(write(&time, pattern).unwrap(), written);
        }
        let time = Time::parse("2010T").unwrap();
        for pattern in ["q", "yyy", "'open"] {
            assert!(write(&time, pattern).is_err(), "{pattern}");
        }
    }
}
