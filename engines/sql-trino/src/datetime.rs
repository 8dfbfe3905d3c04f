//! Dates, times and timestamps as text.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use crate::zone::Zone;

/// A timestamp as written: what clocks showed, and where if that is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Written {
    pub(crate) local: NaiveDateTime,
    pub(crate) zone: Option<Zone>,
}

impl Written {
    /// The instant, with `UTC` where no zone is written.
    pub(crate) fn instant(&self) -> Option<DateTime<Utc>> {
        match self.zone {
            Some(zone) => zone.instant(self.local),
            None => Some(self.local.and_utc()),
        }
    }
}

/// `2024-01-31`; months and days of one digit are read.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = rest.splitn(3, '-');
    let year = number(parts.next()?, 4, 6)? as i32;
    let (month, day) = (number(parts.next()?, 1, 2)?, number(parts.next()?, 1, 2)?);
    NaiveDate::from_ymd_opt(if negative { -year } else { year }, month, day)
}

/// `12:30`, `12:30:01`, `12:30:01.5`.
pub(crate) fn parse_time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.trim().splitn(3, ':');
    let (hour, minute) = (number(parts.next()?, 1, 2)?, number(parts.next()?, 1, 2)?);
    let Some(seconds) = parts.next() else { return NaiveTime::from_hms_opt(hour, minute, 0) };
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = number(second, 1, 2)?;
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    if fraction.is_empty() {
        return (!seconds.contains('.')).then_some(time);
    }
    let nanos = number(&format!("{fraction:0<9}")[..9], 9, 9)?;
    let all_digits = fraction.len() <= 12 && fraction.bytes().all(|b| b.is_ascii_digit());
    if all_digits { time.with_nanosecond(nanos) } else { None }
}

/// A date, a time after it, a zone after that; the latter two may be missing.
pub(crate) fn parse_timestamp(text: &str) -> Option<Written> {
    let text = text.trim();
    let Some((date, rest)) = text.split_once([' ', 'T']) else {
        let local = parse_date(text)?.and_time(NaiveTime::MIN);
        return Some(Written { local, zone: None });
    };
    let date = parse_date(date)?;
    let rest = rest.trim_start();
    let clock = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let (clock, zone) = rest.split_at(clock.unwrap_or(rest.len()));
    let (time, zone) = match (clock, zone.trim()) {
        ("", zone) => (NaiveTime::MIN, zone),
        (clock, zone) => (parse_time(clock)?, zone),
    };
    let zone = match zone {
        "" => None,
        name => Some(Zone::parse(name)?),
    };
    Some(Written { local: date.and_time(time), zone })
}

/// Whether a timestamp's text names a zone.
pub(crate) fn has_zone(text: &str) -> bool {
    parse_timestamp(text).is_some_and(|w| w.zone.is_some())
}

/// The zone a timestamp's text names, if it is not UTC.
pub(crate) fn zone_name(text: &str) -> Option<String> {
    let name = parse_timestamp(text)?.zone?.name();
    (name != "UTC").then_some(name)
}

fn number(digits: &str, min: usize, max: usize) -> Option<u32> {
    let fits = (min..=max).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_with_and_without_their_parts() {
        let read = |text: &str| {
            parse_timestamp(text).map(|w| (w.local.to_string(), w.zone.map(Zone::name)))
        };
        let some =
            |local: &str, zone: Option<&str>| Some((local.to_owned(), zone.map(str::to_owned)));
        assert_eq!(read("2024-01-02"), some("2024-01-02 00:00:00", None));
        assert_eq!(read("2024-1-2 3:04"), some("2024-01-02 03:04:00", None));
        assert_eq!(read("2024-01-02 03:04:05.5"), some("2024-01-02 03:04:05.500", None));
        assert_eq!(
            read("2024-01-02 03:04:05 Europe/Vienna"),
            some("2024-01-02 03:04:05", Some("Europe/Vienna"))
        );
        assert_eq!(read("2024-01-02T03:04:05+01:00"), some("2024-01-02 03:04:05", Some("+01:00")));
        assert_eq!(read("2024-01-02T03:04:05Z"), some("2024-01-02 03:04:05", Some("UTC")));
        for bad in [
            "",
            "2024-13-01",
            "2024-01-02 25:00",
            "2024-01-02 x",
            "20240102",
            "2024-01-02 03:04:05.",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
