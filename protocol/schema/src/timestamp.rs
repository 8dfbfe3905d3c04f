//! An instant of the platform's (virtual) time, in microseconds since the Unix epoch, UTC.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, TimeZone, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z. Ordered, copyable, and never read from the machine's
/// clock here: only a clock makes one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// Later than every instant that can be written as a date.
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// From seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// From fractional seconds since the epoch; `None` when not finite or out of range.
    pub fn from_secs_f64(secs: f64) -> Option<Self> {
        let micros = (secs * 1e6).round();
        (micros.is_finite() && micros.abs() < 9.2e18).then_some(Self(micros as i64))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Seconds since the epoch with their fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// How long after `earlier` this is; zero when it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// This instant without its part below a second, as HTTP dates carry it.
    pub const fn floor_secs(self) -> Self {
        Self::from_secs(self.as_secs())
    }

    /// This instant without its part below a millisecond.
    pub const fn floor_millis(self) -> Self {
        Self::from_millis(self.as_millis())
    }

    /// As a `chrono` date; instants beyond chrono's range are clamped to the epoch.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// `2026-01-02T03:04:05Z`.
    pub fn rfc3339(self) -> String {
        let date = self.to_chrono();
        let Some((day, time)) = digits(&date) else {
            return date.to_rfc3339_opts(SecondsFormat::Secs, true);
        };
        let mut text = String::with_capacity(20);
        for part in [ascii(&day), "T", ascii(&time), "Z"] {
            text.push_str(part);
        }
        text
    }

    /// `2026-01-02T03:04:05.678Z`.
    pub fn rfc3339_millis(self) -> String {
        let date = self.to_chrono();
        let Some((day, time)) = digits(&date) else {
            return date.to_rfc3339_opts(SecondsFormat::Millis, true);
        };
        let millis = date.timestamp_subsec_millis();
        let millis = [digit(millis / 100), digit(millis / 10), digit(millis)];
        let mut text = String::with_capacity(24);
        for part in [ascii(&day), "T", ascii(&time), ".", ascii(&millis), "Z"] {
            text.push_str(part);
        }
        text
    }

    /// `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110).
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
        const MONTHS: [&str; 12] = [
            " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ",
            " Oct ", " Nov ", " Dec ",
        ];
        let date = self.to_chrono();
        let Some((day, time)) = digits(&date) else {
            return date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        };
        let mut text = String::with_capacity(29);
        let weekday = DAYS[date.weekday().num_days_from_monday() as usize % 7];
        let month = MONTHS[date.month0() as usize % 12];
        let (year, day) = (ascii(&day[..4]), ascii(&day[8..]));
        for part in [weekday, day, month, year, " ", ascii(&time), " GMT"] {
            text.push_str(part);
        }
        text
    }

    /// Reads an RFC 3339 date with any offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|date| Self(date.timestamp_micros()))
    }

    /// Reads an HTTP date in any of the three forms of RFC 9110; the preferred one may have a
    /// fraction of a second, as some SDKs write it.
    pub fn parse_http_date(text: &str) -> Option<Self> {
        ["%a, %d %b %Y %H:%M:%S%.f GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(|naive| Self(Utc.from_utc_datetime(&naive).timestamp_micros()))
    }
}

/// `2026-01-02` and `03:04:05`; none for years that have not four digits. Every object of a listing
/// and every answer has a date: chrono's own formatting takes several times as long.
fn digits(date: &DateTime<Utc>) -> Option<([u8; 10], [u8; 8])> {
    // Once: each part of a date with an offset is found by adding the offset.
    let date = date.naive_utc();
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9_999)?;
    let (month, day) = (date.month(), date.day());
    let (hour, minute, second) = (date.hour(), date.minute(), date.second());
    Some((
        [
            digit(year / 1_000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ],
        [
            digit(hour / 10),
            digit(hour),
            b':',
            digit(minute / 10),
            digit(minute),
            b':',
            digit(second / 10),
            digit(second),
        ],
    ))
}

/// The last digit of a number.
const fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

fn ascii(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339_millis())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_chrono_writes_them() {
        let mut at = -70_000_000_000_000_000_i64;
        while at < 280_000_000_000_000_000 {
            let (date, chrono) = (Timestamp(at), Timestamp(at).to_chrono());
            assert_eq!(date.rfc3339(), chrono.to_rfc3339_opts(SecondsFormat::Secs, true));
            assert_eq!(date.rfc3339_millis(), chrono.to_rfc3339_opts(SecondsFormat::Millis, true));
            let http = chrono.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            assert_eq!(date.http_date(), http);
            at += 87_654_321_234_567;
        }
    }

    #[test]
    fn dates_round_trip_in_each_form() {
        let at = Timestamp::from_micros(1_767_323_045_678_901);
        assert_eq!(at.rfc3339(), "2026-01-02T03:04:05Z");
        assert_eq!(at.rfc3339_millis(), "2026-01-02T03:04:05.678Z");
        assert_eq!(at.http_date(), "Fri, 02 Jan 2026 03:04:05 GMT");
        assert_eq!(Timestamp::parse_http_date(&at.http_date()), Some(at.floor_secs()));
        for text in [
            "Fri, 02 Jan 2026 03:04:05.000 GMT",
            "Friday, 02-Jan-26 03:04:05 GMT",
            "Fri Jan  2 03:04:05 2026",
        ] {
            assert_eq!(Timestamp::parse_http_date(text), Some(at.floor_secs()), "{text}");
        }
        assert_eq!(Timestamp::parse_http_date("Mon, 02 Jan 2026 03:04:05 GMT"), None, "a Friday");
        assert_eq!(Timestamp::parse_rfc3339("2026-01-02T04:04:05+01:00"), Some(at.floor_secs()));
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::MAX + Duration::from_secs(1), Timestamp::MAX);
        assert_eq!(Timestamp::EPOCH.since(Timestamp::from_secs(5)), Duration::ZERO);
        assert_eq!(Timestamp::from_secs_f64(f64::NAN), None);
    }
}
