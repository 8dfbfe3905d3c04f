//! Moments with the precision and the offset they were written with.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-data-types.html>

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

/// The least part of a moment that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
    /// So many digits of a second.
    Fraction(usize),
}

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    utc: NaiveDateTime,
    /// Minutes east of UTC; `None` where it is not known.
    offset: Option<i32>,
    pub precision: Precision,
}

/// A part of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    TimezoneHour,
    TimezoneMinute,
}

impl Part {
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            "timezone_hour" => Self::TimezoneHour,
            "timezone_minute" => Self::TimezoneMinute,
            _ => return None,
        })
    }
}

impl Time {
    /// A moment in UTC to the millisecond.
    pub fn from_millis(millis: i64) -> Option<Self> {
        let utc = DateTime::from_timestamp_millis(millis)?.naive_utc();
        Some(Self { utc, offset: Some(0), precision: Precision::Fraction(3) })
    }

    /// A moment in UTC to the microsecond.
    pub fn from_micros(micros: i64) -> Option<Self> {
        let utc = DateTime::from_timestamp_micros(micros)?.naive_utc();
        Some(Self { utc, offset: Some(0), precision: Precision::Fraction(6) })
    }

    /// A day since 1970-01-01.
    pub fn from_days(days: i32) -> Option<Self> {
        let seconds = i64::from(days) * 86_400;
        let utc = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        Some(Self { utc, offset: None, precision: Precision::Day })
    }

    /// Reads `2007T`, `2007-02T`, `2007-02-23`, `2007-02-23T12:14Z`, `2007-02-23T12:14:33.079-08:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, time),
            None if text.len() == 10 => (text, ""),
            None => return None,
        };
        let mut parts = date.split('-');
        let mut number = |digits: usize| match parts.next() {
            None => Some(None),
            Some(part) => exactly(part, digits).map(Some),
        };
        let (year, month, day) = (number(4)??, number(2)?, number(2)?);
        if parts.next().is_some() {
            return None;
        }
        let first = |part: Option<u32>| part.unwrap_or(1);
        let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, first(month), first(day))?;
        let midnight = date.and_hms_opt(0, 0, 0)?;
        let precision = match (month, day) {
            (None, _) => Precision::Year,
            (_, None) => Precision::Month,
            _ => Precision::Day,
        };
        if time.is_empty() {
            return Some(Self { utc: midnight, offset: None, precision });
        }
        if precision != Precision::Day {
            return None;
        }
        Self::parse_clock(date, time)
    }

    fn parse_clock(date: NaiveDate, time: &str) -> Option<Self> {
        let (clock, offset) = match time.find(['Z', '+', '-']) {
            Some(at) => (time.get(..at)?, Some(parse_offset(time.get(at..)?)?)),
            None => (time, None),
        };
        let mut parts = clock.splitn(3, ':');
        let (hour, minute) = (exactly(parts.next()?, 2)?, exactly(parts.next()?, 2)?);
        let (mut second, mut nanos, mut precision) = (0, 0, Precision::Minute);
        if let Some(text) = parts.next() {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            if text.ends_with('.') || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            second = exactly(whole, 2)?;
            let kept = &fraction[..fraction.len().min(9)];
            nanos = format!("{kept:0<9}").parse().ok()?;
            precision = match kept.len() {
                0 => Precision::Second,
                digits => Precision::Fraction(digits),
            };
        }
        let local = date.and_hms_nano_opt(hour, minute, second, nanos)?;
        let offset = offset.flatten();
        let shift = TimeDelta::minutes(i64::from(offset.unwrap_or(0)));
        Some(Self { utc: local.checked_sub_signed(shift)?, offset, precision })
    }

    /// As a clock where it was written shows it.
    pub fn local(&self) -> NaiveDateTime {
        let shift = TimeDelta::minutes(i64::from(self.offset.unwrap_or(0)));
        self.utc.checked_add_signed(shift).unwrap_or(self.utc)
    }

    /// Minutes east of UTC.
    pub fn offset_minutes(&self) -> i32 {
        self.offset.unwrap_or(0)
    }

    pub fn part(&self, part: Part) -> i64 {
        let local = self.local();
        match part {
            Part::Year => i64::from(local.year()),
            Part::Month => i64::from(local.month()),
            Part::Day => i64::from(local.day()),
            Part::Hour => i64::from(local.hour()),
            Part::Minute => i64::from(local.minute()),
            Part::Second => i64::from(local.second()),
            Part::TimezoneHour => i64::from(self.offset_minutes() / 60),
            Part::TimezoneMinute => i64::from(self.offset_minutes() % 60),
        }
    }

    /// Moved by so many of a part, written at least as precisely; `None` beyond the calendar.
    pub fn add(&self, part: Part, quantity: i64) -> Option<Self> {
        let months = |factor: i64| {
            let months = quantity.checked_mul(factor)?;
            let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
            match months < 0 {
                true => self.local().checked_sub_months(count),
                false => self.local().checked_add_months(count),
            }
        };
        let days = || {
            let count = Days::new(quantity.unsigned_abs());
            match quantity < 0 {
                true => self.local().checked_sub_days(count),
                false => self.local().checked_add_days(count),
            }
        };
        let seconds = |factor: i64| {
            let delta = TimeDelta::try_seconds(quantity.checked_mul(factor)?)?;
            self.local().checked_add_signed(delta)
        };
        let (local, least) = match part {
            Part::Year => (months(12)?, Precision::Year),
            Part::Month => (months(1)?, Precision::Month),
            Part::Day => (days()?, Precision::Day),
            Part::Hour => (seconds(3600)?, Precision::Minute),
            Part::Minute => (seconds(60)?, Precision::Minute),
            Part::Second => (seconds(1)?, Precision::Second),
            Part::TimezoneHour | Part::TimezoneMinute => return None,
        };
        if !(0..=9999).contains(&local.year()) {
            return None;
        }
        let shift = TimeDelta::minutes(i64::from(self.offset_minutes()));
        let utc = local.checked_sub_signed(shift)?;
        Some(Self { utc, offset: self.offset, precision: self.precision.max(least) })
    }

    /// How many whole of a part pass from this moment to another.
    pub fn until(&self, other: &Self, part: Part) -> Option<i64> {
        let passed = other.utc - self.utc;
        Some(match part {
            Part::Year => self.months_until(other) / 12,
            Part::Month => self.months_until(other),
            Part::Day => passed.num_days(),
            Part::Hour => passed.num_hours(),
            Part::Minute => passed.num_minutes(),
            Part::Second => passed.num_seconds(),
            Part::TimezoneHour | Part::TimezoneMinute => return None,
        })
    }

    fn months_until(&self, other: &Self) -> i64 {
        let index = |time: NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
        let rest = |time: NaiveDateTime| (time.day(), time.time());
        let months = index(other.utc) - index(self.utc);
        match months {
            1.. if rest(other.utc) < rest(self.utc) => months - 1,
            ..=-1 if rest(other.utc) > rest(self.utc) => months + 1,
            months => months,
        }
    }

    /// Earlier, later or the same moment, however it is written.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.utc.cmp(&other.utc)
    }
}

/// Just so many digits.
fn exactly(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// `Z`, `+07:08`; `-00:00` is an offset nobody knows.
fn parse_offset(text: &str) -> Option<Option<i32>> {
    if text == "Z" {
        return Some(Some(0));
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (exactly(hours, 2)?, exactly(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    match (text.starts_with('-'), total) {
        (true, 0) => Some(None),
        (true, total) => Some(Some(-total)),
        (false, total) => Some(Some(total)),
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        write!(f, "{:04}", local.year())?;
        match self.precision {
            Precision::Year => return f.write_str("T"),
            Precision::Month => return write!(f, "-{:02}T", local.month()),
            Precision::Day => return write!(f, "-{:02}-{:02}", local.month(), local.day()),
            Precision::Minute => write!(f, "{}", local.format("-%m-%dT%H:%M"))?,
            Precision::Second => write!(f, "{}", local.format("-%m-%dT%H:%M:%S"))?,
            Precision::Fraction(digits) => {
                let nanos = format!("{:09}", local.nanosecond() % 1_000_000_000);
                let fraction = nanos.get(..digits).unwrap_or(&nanos);
                write!(f, "{}.{fraction}", local.format("-%m-%dT%H:%M:%S"))?;
            }
        }
        match self.offset {
            None => f.write_str("-00:00"),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn moments_are_written_as_they_were_read() {
        for text in [
            "2007T",
            "2007-02T",
            "2007-02-23",
            "2007-02-23T12:14Z",
            "2007-02-23T12:14:33.079-08:00",
            "2017-01-02T03:04:05+07:08",
        ] {
            assert_eq!(time(text).to_string(), text);
        }
        assert_eq!(time("2010-01-01T").to_string(), "2010-01-01");
        for text in ["", "2007", "07T", "2007-13T", "2007-02-30", "2007T12:00Z", "2007-02-23T1:2Z"]
        {
            assert!(Time::parse(text).is_none(), "{text}");
        }
    }

    /// The examples of AWS's page.
    #[test]
    fn parts_are_added() {
        for (part, quantity, from, to) in [
            (Part::Year, 5, "2010-01-01T", "2015-01-01"),
            (Part::Month, 1, "2010T", "2010-02T"),
            (Part::Month, 13, "2010T", "2011-02T"),
            (Part::Day, -1, "2017-01-10T", "2017-01-09"),
            (Part::Hour, 1, "2017T", "2017-01-01T01:00-00:00"),
            (Part::Hour, 1, "2017-01-02T03:04Z", "2017-01-02T04:04Z"),
            (Part::Minute, 1, "2017-01-02T03:04:05.006Z", "2017-01-02T03:05:05.006Z"),
            (Part::Second, 1, "2017-01-02T03:04:05.006Z", "2017-01-02T03:04:06.006Z"),
        ] {
            assert_eq!(time(from).add(part, quantity).unwrap().to_string(), to);
        }
        assert!(time("2010T").add(Part::Year, i64::MAX).is_none());
    }

    #[test]
    fn differences_are_whole() {
        let until = |part, from, to| time(from).until(&time(to), part).unwrap();
        assert_eq!(until(Part::Year, "2010-01-01T", "2011-01-01T"), 1);
        assert_eq!(until(Part::Month, "2010T", "2010-05T"), 4);
        assert_eq!(until(Part::Month, "2010T", "2011T"), 12);
        assert_eq!(until(Part::Month, "2011T", "2010T"), -12);
        assert_eq!(until(Part::Day, "2010-01-01T23:00Z", "2010-01-02T01:00Z"), 0);
        assert_eq!(until(Part::Month, "2010-01-31", "2010-02-28"), 0);
    }

    #[test]
    fn offsets_do_not_move_a_moment() {
        let there = time("2017-01-02T03:04:05+07:08");
        assert_eq!(there.compare(&time("2017-01-01T19:56:05Z")), Ordering::Equal);
        assert_eq!((there.part(Part::Hour), there.part(Part::TimezoneHour)), (3, 7));
        assert_eq!(there.part(Part::TimezoneMinute), 8);
    }
}
