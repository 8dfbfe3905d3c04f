//! Compiled date patterns: printing a time by one, reading a time by one. The two spellings,
//! MySQL's `%Y-%m-%d` and Java's `yyyy-MM-dd`, compile to the same fields.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike};
use datafusion::common::Result;

use super::super::error::invalid_argument;
use super::zone::{Zone, offset_seconds, offset_text};

/// One part of a pattern. Numbers carry the width they are padded to; reading takes fewer digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Part {
    Literal(String),
    Era,
    Century(usize),
    Year(usize),
    /// Two digits, 1970 to 2069.
    YearShort,
    WeekYear(usize),
    Week(usize),
    Month(usize),
    MonthShort,
    MonthLong,
    Day(usize),
    DayOfYear(usize),
    /// Monday is 1.
    Weekday(usize),
    WeekdayShort,
    WeekdayLong,
    HalfDay,
    /// 0 to 23.
    Hour(usize),
    /// 1 to 24.
    ClockHour(usize),
    /// 1 to 12.
    HalfDayClockHour(usize),
    /// 0 to 11.
    HalfDayHour(usize),
    Minute(usize),
    Second(usize),
    /// Digits printed; reading takes up to nine.
    Fraction(usize),
    /// `+0100`
    Offset,
    /// `+01:00`
    OffsetColon,
    /// `Europe/Zurich`
    ZoneName,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Pattern(pub(in super::super) Vec<Part>);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Pattern {
    /// Prints a wall-clock time in a zone.
    pub(in super::super) fn print(&self, at: NaiveDateTime, zone: Zone) -> String {
        let mut out = String::new();
        for part in &self.0 {
            print(part, at, zone, &mut out);
        }
        out
    }

    /// Reads a time: what the wall clock shows, and the zone if the text has one.
    pub(in super::super) fn read(&self, text: &str) -> Result<(NaiveDateTime, Option<Zone>)> {
        let mut found = Found::default();
        let mut rest = text;
        for part in &self.0 {
            match found.read(part, rest) {
                Some(remaining) => rest = remaining,
                None => return Err(malformed(text, rest)),
            }
        }
        if !rest.is_empty() {
            return Err(malformed(text, rest));
        }
        found.time(text)
    }
}

fn malformed(text: &str, rest: &str) -> datafusion::error::DataFusionError {
    invalid_argument(if rest.is_empty() {
        format!("Invalid format: \"{text}\" is too short")
    } else if rest.len() == text.len() {
        format!("Invalid format: \"{text}\"")
    } else {
        format!("Invalid format: \"{text}\" is malformed at \"{rest}\"")
    })
}

fn print(part: &Part, at: NaiveDateTime, zone: Zone, out: &mut String) {
    let mut number = |value: i64, width: usize| {
        let sign = if value < 0 { "-" } else { "" };
        out.push_str(&format!("{sign}{:0width$}", value.abs()));
    };
    let weekday = at.weekday().num_days_from_monday() as usize;
    match part {
        Part::Century(width) => number(i64::from(at.year()) / 100, *width),
        Part::Year(width) => number(i64::from(at.year()), *width),
        Part::YearShort => number(i64::from(at.year()).rem_euclid(100), 2),
        Part::WeekYear(width) => number(i64::from(at.iso_week().year()), *width),
        Part::Week(width) => number(i64::from(at.iso_week().week()), *width),
        Part::Month(width) => number(i64::from(at.month()), *width),
        Part::Day(width) => number(i64::from(at.day()), *width),
        Part::DayOfYear(width) => number(i64::from(at.ordinal()), *width),
        Part::Weekday(width) => number(weekday as i64 + 1, *width),
        Part::Hour(width) => number(i64::from(at.hour()), *width),
        Part::ClockHour(width) => number(i64::from((at.hour() + 23) % 24 + 1), *width),
        Part::HalfDayClockHour(width) => number(i64::from((at.hour() + 11) % 12 + 1), *width),
        Part::HalfDayHour(width) => number(i64::from(at.hour() % 12), *width),
        Part::Minute(width) => number(i64::from(at.minute()), *width),
        Part::Second(width) => number(i64::from(at.second()), *width),
        Part::Fraction(digits) => {
            let nanos = format!("{:09}", at.nanosecond() % 1_000_000_000);
            out.push_str(&nanos[..(*digits).min(9)]);
            out.extend(std::iter::repeat_n('0', digits.saturating_sub(9)));
        }
        Part::Literal(text) => out.push_str(text),
        Part::Era => out.push_str(if at.year() > 0 { "AD" } else { "BC" }),
        Part::MonthShort => out.push_str(&MONTHS[at.month0() as usize][..3]),
        Part::MonthLong => out.push_str(MONTHS[at.month0() as usize]),
        Part::WeekdayShort => out.push_str(&WEEKDAYS[weekday][..3]),
        Part::WeekdayLong => out.push_str(WEEKDAYS[weekday]),
        Part::HalfDay => out.push_str(if at.hour() < 12 { "AM" } else { "PM" }),
        Part::Offset => out.push_str(&offset_text(zone.offset(zone.instant(at)), "")),
        Part::OffsetColon => out.push_str(&offset_text(zone.offset(zone.instant(at)), ":")),
        Part::ZoneName => out.push_str(&zone.name()),
    }
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    week_year: Option<i64>,
    week: Option<i64>,
    weekday: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    afternoon: Option<bool>,
    minute: Option<i64>,
    second: Option<i64>,
    nanos: i64,
    zone: Option<Zone>,
}

impl Found {
    /// Reads one part from the front of the text and answers the remainder.
    fn read<'a>(&mut self, part: &Part, text: &'a str) -> Option<&'a str> {
        let into = |slot: &mut Option<i64>, most: usize| {
            let (value, rest) = digits(text, most)?;
            *slot = Some(value);
            Some(rest)
        };
        match part {
            Part::Literal(literal) => strip(text, literal),
            Part::Era => strip(text, "AD"),
            Part::Century(_) => digits(text, 2).map(|(_, rest)| rest),
            Part::Year(width) => into(&mut self.year, (*width).max(4)),
            Part::YearShort => {
                let rest = into(&mut self.year, 2)?;
                self.year = self.year.map(|y| if y >= 70 { y + 1900 } else { y + 2000 });
                Some(rest)
            }
            Part::WeekYear(_) => into(&mut self.week_year, 4),
            Part::Week(_) => into(&mut self.week, 2),
            Part::Month(_) => into(&mut self.month, 2),
            Part::Day(_) => into(&mut self.day, 2),
            Part::DayOfYear(_) => into(&mut self.day_of_year, 3),
            Part::Weekday(_) => into(&mut self.weekday, 1),
            Part::Hour(_) => into(&mut self.hour, 2),
            Part::ClockHour(_) => {
                let rest = into(&mut self.hour, 2)?;
                self.hour = self.hour.map(|h| if h == 24 { 0 } else { h });
                Some(rest)
            }
            Part::HalfDayClockHour(_) => {
                let rest = into(&mut self.half_hour, 2)?;
                // 12 is the first hour; 0 and above 12 stay out of range.
                self.half_hour = self.half_hour.map(|h| match h {
                    12 => 0,
                    0 => -1,
                    h => h,
                });
                Some(rest)
            }
            Part::HalfDayHour(_) => into(&mut self.half_hour, 2),
            Part::Minute(_) => into(&mut self.minute, 2),
            Part::Second(_) => into(&mut self.second, 2),
            Part::MonthShort | Part::MonthLong => {
                let (index, rest) = name(text, &MONTHS)?;
                self.month = Some(index + 1);
                Some(rest)
            }
            Part::WeekdayShort | Part::WeekdayLong => name(text, &WEEKDAYS).map(|(_, rest)| rest),
            _ => self.read_rest(part, text),
        }
    }

    fn read_rest<'a>(&mut self, part: &Part, text: &'a str) -> Option<&'a str> {
        match part {
            Part::HalfDay => {
                self.afternoon = Some(strip(text, "PM").is_some());
                strip(text, "PM").or_else(|| strip(text, "AM"))
            }
            Part::Fraction(_) => {
                let count = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
                let value: i64 = text.get(..count)?.parse().ok()?;
                self.nanos = value * 10_i64.pow(9 - u32::try_from(count).ok()?);
                Some(&text[count..])
            }
            _ => {
                // A zone in any of its spellings: as far as a zone's characters go.
                let end = text
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "+-:/_".contains(c)))
                    .unwrap_or(text.len());
                let (zone, rest) = text.split_at(end);
                let offset = || offset_seconds(zone).and_then(chrono::FixedOffset::east_opt);
                self.zone = offset().map(Zone::Fixed).or_else(|| Zone::parse(zone).ok());
                self.zone.map(|_| rest)
            }
        }
    }

    fn time(self, text: &str) -> Result<(NaiveDateTime, Option<Zone>)> {
        let check = |value: Option<i64>, least: i64, most: i64, field: &str| match value {
            Some(value) if !(least..=most).contains(&value) => Err(invalid_argument(format!(
                "Cannot parse \"{text}\": Value {value} for {field} must be in the range \
                 [{least},{most}]"
            ))),
            _ => Ok(()),
        };
        check(self.month, 1, 12, "monthOfYear")?;
        check(self.day, 1, 31, "dayOfMonth")?;
        check(self.day_of_year, 1, 366, "dayOfYear")?;
        check(self.week, 1, 53, "weekOfWeekyear")?;
        check(self.weekday, 1, 7, "dayOfWeek")?;
        check(self.hour, 0, 23, "hourOfDay")?;
        check(self.half_hour, 0, 11, "clockhourOfHalfday")?;
        check(self.minute, 0, 59, "minuteOfHour")?;
        check(self.second, 0, 59, "secondOfMinute")?;
        let date = self.date().ok_or_else(|| {
            let day = self.day.or(self.day_of_year).unwrap_or(1);
            invalid_argument(format!(
                "Cannot parse \"{text}\": Value {day} for dayOfMonth must be in the range [1,{}]",
                self.month_length().unwrap_or(31)
            ))
        })?;
        let noon = if self.afternoon == Some(true) { 12 } else { 0 };
        let hour = self.hour.or(self.half_hour.map(|h| h + noon)).unwrap_or(0);
        let seconds = hour * 3600 + self.minute.unwrap_or(0) * 60 + self.second.unwrap_or(0);
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let time = midnight + Duration::seconds(seconds) + Duration::nanoseconds(self.nanos);
        Ok((time, self.zone))
    }

    fn date(&self) -> Option<NaiveDate> {
        let narrow = |value: i64| u32::try_from(value).ok();
        if let Some(week) = self.week.or(self.week_year.map(|_| 1)) {
            let year = i32::try_from(self.week_year.or(self.year).unwrap_or(1970)).ok()?;
            let weekday = u8::try_from(self.weekday.unwrap_or(1) - 1).ok()?;
            let weekday = chrono::Weekday::try_from(weekday).ok()?;
            return NaiveDate::from_isoywd_opt(year, narrow(week)?, weekday);
        }
        // A day without a year is of the leap year 2000, a mere time of the epoch's day.
        let dated = self.month.is_some() || self.day.is_some() || self.day_of_year.is_some();
        let year = i32::try_from(self.year.unwrap_or(if dated { 2000 } else { 1970 })).ok()?;
        match self.day_of_year {
            Some(day) if self.month.is_none() => NaiveDate::from_yo_opt(year, narrow(day)?),
            _ => {
                let month = narrow(self.month.unwrap_or(1))?;
                NaiveDate::from_ymd_opt(year, month, narrow(self.day.unwrap_or(1))?)
            }
        }
    }

    fn month_length(&self) -> Option<u32> {
        let year = i32::try_from(self.year.unwrap_or(2000)).ok()?;
        let first = NaiveDate::from_ymd_opt(year, u32::try_from(self.month?).ok()?, 1)?;
        let next = first.checked_add_months(chrono::Months::new(1))?;
        Some(next.pred_opt()?.day())
    }
}

fn digits(text: &str, most: usize) -> Option<(i64, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let value = text.get(..count)?.parse().ok()?;
    Some((value, &text[count..]))
}

/// Drops a word from the front, letters in either case.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let front = text.get(..word.len())?;
    front.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// A name in full or by its first three letters.
fn name<'a>(text: &'a str, names: &[&str]) -> Option<(i64, &'a str)> {
    for (index, name) in (0..).zip(names) {
        if let Some(rest) = strip(text, name).or_else(|| strip(text, &name[..3])) {
            return Some((index, rest));
        }
    }
    None
}
