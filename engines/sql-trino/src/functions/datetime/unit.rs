//! The units of `date_trunc`, `date_add` and `date_diff`.

use chrono::{Datelike, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use datafusion::common::Result;

use super::super::error::invalid_argument;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// Reads a unit; of a date only those of a day or more.
    pub(super) fn parse(name: &str, of_date: bool) -> Result<Self> {
        let kind = if of_date { "DATE" } else { "Timestamp" };
        let unit = match name.to_ascii_lowercase().as_str() {
            "millisecond" if !of_date => Self::Millisecond,
            "second" if !of_date => Self::Second,
            "minute" if !of_date => Self::Minute,
            "hour" if !of_date => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return Err(invalid_argument(format!("'{name}' is not a valid {kind} field"))),
        };
        Ok(unit)
    }

    /// Milliseconds of a unit whose length never varies.
    fn millis(self) -> Option<i64> {
        match self {
            Self::Millisecond => Some(1),
            Self::Second => Some(1_000),
            Self::Minute => Some(60_000),
            Self::Hour => Some(3_600_000),
            Self::Day => Some(86_400_000),
            Self::Week => Some(604_800_000),
            Self::Month | Self::Quarter | Self::Year => None,
        }
    }

    /// Whether adding it moves the instant rather than the calendar: true below a day.
    pub(super) fn is_of_clock(self) -> bool {
        matches!(self, Self::Millisecond | Self::Second | Self::Minute | Self::Hour)
    }

    fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
            _ => 0,
        }
    }

    /// The beginning of the unit the time is in.
    pub(super) fn truncate(self, at: NaiveDateTime) -> NaiveDateTime {
        let date = at.date();
        let day = |date: NaiveDate| date.and_time(NaiveTime::MIN);
        let first = |month: u32| {
            day(NaiveDate::from_ymd_opt(date.year(), month, 1).expect("a month of a valid year"))
        };
        let clock = |hour, minute, second| {
            date.and_hms_opt(hour, minute, second).expect("parts of a valid time")
        };
        match self {
            Self::Millisecond => {
                let nanos = at.nanosecond() % 1_000_000;
                at - Duration::nanoseconds(i64::from(nanos))
            }
            Self::Second => clock(at.hour(), at.minute(), at.second()),
            Self::Minute => clock(at.hour(), at.minute(), 0),
            Self::Hour => clock(at.hour(), 0, 0),
            Self::Day => day(date),
            Self::Week => {
                let since = i64::from(date.weekday().num_days_from_monday());
                day(date.checked_sub_signed(Duration::days(since)).unwrap_or(date))
            }
            Self::Month => first(date.month()),
            Self::Quarter => first((date.month() - 1) / 3 * 3 + 1),
            Self::Year => first(1),
        }
    }

    /// The time moved by so many units; the day of month is clipped to the month's last.
    pub(super) fn add(self, at: NaiveDateTime, count: i64) -> Option<NaiveDateTime> {
        if let Some(millis) = self.millis() {
            return at.checked_add_signed(Duration::try_milliseconds(count.checked_mul(millis)?)?);
        }
        let months = count.checked_mul(self.months())?;
        let magnitude = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
        if months < 0 { at.checked_sub_months(magnitude) } else { at.checked_add_months(magnitude) }
    }

    /// Whole units from the first to the second time, negative when the second is earlier.
    pub(super) fn between(self, from: NaiveDateTime, to: NaiveDateTime) -> i64 {
        if let Some(millis) = self.millis() {
            return (to - from).num_milliseconds() / millis;
        }
        let months = if to >= from { months_between(from, to) } else { -months_between(to, from) };
        months / self.months()
    }
}

/// Whole months from an earlier to a later time. A later time on the last day of its month counts
/// as having reached any later day: from 31 January to 29 February is one month.
fn months_between(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let index = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let months = index(to) - index(from);
    let last = to.date().checked_add_signed(Duration::days(1)).is_none_or(|next| next.day() == 1);
    let from_day = if last { from.day().min(to.day()) } else { from.day() };
    let short = (to.day(), to.time()) < (from_day, from.time());
    months - i64::from(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn months_are_whole() {
        let months = |a: &str, b: &str| Unit::Month.between(at(a), at(b));
        assert_eq!(months("2024-01-31 00:00:00", "2024-02-29 00:00:00"), 1);
        assert_eq!(months("2024-01-15 12:00:00", "2024-02-15 11:59:59"), 0);
        assert_eq!(months("2024-02-15 11:59:59", "2024-01-15 12:00:00"), 0);
        assert_eq!(months("2024-03-01 00:00:00", "2024-01-01 00:00:00"), -2);
        assert_eq!(Unit::Year.between(at("2020-02-29 00:00:00"), at("2021-02-28 00:00:00")), 1);
    }

    #[test]
    fn weeks_begin_on_monday_and_months_clip() {
        assert_eq!(Unit::Week.truncate(at("2024-01-07 23:00:00")), at("2024-01-01 00:00:00"));
        assert_eq!(Unit::Month.add(at("2024-01-31 10:00:00"), 1), Some(at("2024-02-29 10:00:00")));
        assert_eq!(Unit::Year.add(at("2024-01-31 10:00:00"), i64::MAX), None);
    }
}
