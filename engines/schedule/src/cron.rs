//! Six fields: minutes, hours, day of month, month, day of week, year.
//!
//! The fields are sets of numbers, except that days may also be told by their place in the month
//! (`L`, `15W`, `LW`, `6#3`, `FRIL`). Days of the week run from 1, Sunday, to 7, Saturday.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::ScheduleError;
use crate::zone::Zone;

const YEAR_MIN: u32 = 1970;
const YEAR_MAX: u32 = 2199;

/// Two days before 1970 begins.
const FIRST_MICROS: i64 = -2 * 86_400_000_000;
/// Two days after 2199 ends.
const LAST_MICROS: i64 = 7_258_118_400_000_000 + 2 * 86_400_000_000;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A parsed cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cron {
    /// Bit n: minute n.
    minutes: u64,
    /// Bit n: hour n.
    hours: u64,
    days: Days,
    /// Bit n: month n, from 1.
    months: u64,
    /// Ascending.
    years: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(Vec<MonthDay>),
    OfWeek(Vec<WeekDay>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MonthDay {
    /// Bit n: day n, from 1.
    Set(u64),
    /// `L-n`: n days before the last.
    BeforeLast(u32),
    /// `LW`: the last day from Monday to Friday.
    LastWorkday,
    /// `nW`: the day from Monday to Friday nearest to day n, in the same month.
    NearestWorkday(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WeekDay {
    /// Bit n: weekday n, from 1, Sunday.
    Set(u64),
    /// `d#n`: the n-th of that weekday.
    Nth { weekday: u32, nth: u32 },
    /// `dL`: the last of that weekday.
    Last { weekday: u32 },
}

impl Cron {
    pub(crate) fn parse(text: &str) -> Result<Cron, ScheduleError> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, month_day, month, week_day, year] = fields.as_slice() else {
            return Err(ScheduleError::FieldCount(fields.len()));
        };
        let days = match (*month_day, *week_day) {
            ("?", "?") => return Err(ScheduleError::DayFields),
            (list, "?") => Days::OfMonth(parse_list(&DAY_OF_MONTH, list, month_day_item)?),
            ("?", list) => Days::OfWeek(parse_list(&DAY_OF_WEEK, list, week_day_item)?),
            _ => return Err(ScheduleError::DayFields),
        };
        let set = |field: &Field, list: &str| -> Result<u64, ScheduleError> {
            let items = parse_list(field, list, |field, item| field.values(item))?;
            Ok(items.into_iter().fold(0, |bits, values| bits | values.bits()))
        };
        let mut years: Vec<u32> = parse_list(&YEAR, year, |field, item| field.values(item))?
            .into_iter()
            .flat_map(Values::iter)
            .collect();
        years.sort_unstable();
        years.dedup();
        Ok(Cron {
            minutes: set(&MINUTES, minutes)?,
            hours: set(&HOURS, hours)?,
            days,
            months: set(&MONTH, month)?,
            years,
        })
    }

    /// The first instant strictly after `after` whose local time matches.
    pub(crate) fn next_after(&self, after: i64, zone: Zone) -> Option<i64> {
        // Nothing is due outside the years there are; their edges are kept clear of by the two
        // days that local and universal time may differ by.
        if after > LAST_MICROS {
            return None;
        }
        let mut from = zone.local(after.max(FIRST_MICROS))?;
        loop {
            let local = self.next_local(from)?;
            match zone.instant(local) {
                Some(at) if at > after => return Some(at),
                // Skipped by the clock, or come and gone: where clocks were turned back, up to
                // an hour's worth of local times lie behind although they read later.
                _ => from = local.checked_add_signed(TimeDelta::minutes(1))?,
            }
        }
    }

    /// The first matching local time at or after `from`.
    fn next_local(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut from = from;
        if from.second() > 0 || from.nanosecond() > 0 {
            from = from.with_second(0)?.with_nanosecond(0)? + TimeDelta::minutes(1);
        }
        let (first_day, first_time) = (from.date(), from.time());
        for &year in &self.years {
            if i64::from(year) < i64::from(first_day.year()) {
                continue;
            }
            for month in bits(self.months) {
                let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
                let last = last_of_month(first)?;
                if last < first_day {
                    continue;
                }
                for day in bits(self.days.in_month(first, last)) {
                    let date = first.with_day(day)?;
                    if date < first_day {
                        continue;
                    }
                    let earliest = if date == first_day { first_time } else { NaiveTime::MIN };
                    if let Some(time) = self.next_time(earliest) {
                        return Some(date.and_time(time));
                    }
                }
            }
        }
        None
    }

    /// The first matching time of a day, at or after `earliest`.
    fn next_time(&self, earliest: NaiveTime) -> Option<NaiveTime> {
        for hour in bits(self.hours).filter(|hour| *hour >= earliest.hour()) {
            let from = if hour == earliest.hour() { earliest.minute() } else { 0 };
            if let Some(minute) = bits(self.minutes).find(|minute| *minute >= from) {
                return NaiveTime::from_hms_opt(hour, minute, 0);
            }
        }
        None
    }
}

impl Days {
    /// The matching days of a month, bit n for day n.
    fn in_month(&self, first: NaiveDate, last: NaiveDate) -> u64 {
        let len = last.day();
        let all = (1..=len).fold(0, |bits, day| bits | 1 << day);
        let matching = match self {
            Days::OfMonth(items) => items.iter().fold(0, |found, item| {
                found
                    | match *item {
                        MonthDay::Set(days) => days,
                        MonthDay::BeforeLast(before) if before < len => 1 << (len - before),
                        MonthDay::BeforeLast(_) => 0,
                        MonthDay::LastWorkday => 1 << nearest_workday(first, len, len),
                        MonthDay::NearestWorkday(day) if day <= len => {
                            1 << nearest_workday(first, len, day)
                        }
                        MonthDay::NearestWorkday(_) => 0,
                    }
            }),
            Days::OfWeek(items) => items.iter().fold(0, |found, item| {
                found
                    | match *item {
                        WeekDay::Set(weekdays) => bits(weekdays)
                            .flat_map(|weekday| (first_of(first, weekday)..=len).step_by(7))
                            .fold(0, |days, day| days | 1 << day),
                        WeekDay::Nth { weekday, nth } => {
                            1 << (first_of(first, weekday) + 7 * (nth - 1))
                        }
                        WeekDay::Last { weekday } => {
                            let first = first_of(first, weekday);
                            1 << (first + (len - first) / 7 * 7)
                        }
                    }
            }),
        };
        matching & all
    }
}

/// The day of the first such weekday in the month that begins with `first`.
fn first_of(first: NaiveDate, weekday: u32) -> u32 {
    1 + (weekday + 6 - first.weekday().num_days_from_sunday()) % 7
}

/// The day from Monday to Friday nearest to `day`, without leaving the month of `len` days.
fn nearest_workday(first: NaiveDate, len: u32, day: u32) -> u32 {
    let days_from_sunday = (first.weekday().num_days_from_sunday() + day - 1) % 7;
    match days_from_sunday {
        6 if day == 1 => 3,
        6 => day - 1,
        0 if day == len => day - 2,
        0 => day + 1,
        _ => day,
    }
}

fn last_of_month(first: NaiveDate) -> Option<NaiveDate> {
    first.checked_add_months(chrono::Months::new(1))?.pred_opt()
}

/// The numbers whose bits are set, ascending.
fn bits(set: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |bit| set >> bit & 1 == 1)
}

/// What a field may hold.
struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    /// Names of the numbers from `min` on.
    names: &'static [&'static str],
}

const MINUTES: Field = Field { name: "minutes", min: 0, max: 59, names: &[] };
const HOURS: Field = Field { name: "hours", min: 0, max: 23, names: &[] };
const DAY_OF_MONTH: Field = Field { name: "day-of-month", min: 1, max: 31, names: &[] };
const MONTH: Field = Field { name: "month", min: 1, max: 12, names: &MONTHS };
const DAY_OF_WEEK: Field = Field { name: "day-of-week", min: 1, max: 7, names: &WEEKDAYS };
const YEAR: Field = Field { name: "year", min: YEAR_MIN, max: YEAR_MAX, names: &[] };

/// Why an item cannot stand in its field.
type Problem = &'static str;

/// Numbers from a first to a last, every so many; going round at the end if the first is greater.
#[derive(Debug, Clone, Copy)]
struct Values {
    first: u32,
    len: u32,
    step: usize,
    min: u32,
    span: u32,
}

impl Values {
    fn iter(self) -> impl Iterator<Item = u32> {
        let Values { first, len, step, min, span } = self;
        (0..len).step_by(step).map(move |ahead| min + (first - min + ahead) % span)
    }

    fn bits(self) -> u64 {
        self.iter().fold(0, |bits, value| bits | 1 << value)
    }
}

fn parse_list<T>(
    field: &Field,
    list: &str,
    item: impl Fn(&Field, &str) -> Result<T, Problem>,
) -> Result<Vec<T>, ScheduleError> {
    list.split(',')
        .map(|text| {
            item(field, text).map_err(|problem| ScheduleError::Field {
                field: field.name,
                value: list.to_owned(),
                problem,
            })
        })
        .collect()
}

impl Field {
    /// Reads `*`, `n`, `n-m`, and any of them with `/step`.
    fn values(&self, item: &str) -> Result<Values, Problem> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (self.number(first)?, self.number(last)?),
            None if range == "*" => (self.min, self.max),
            None => {
                let first = self.number(range)?;
                // A step without an end goes on to the end of the field.
                (first, if step.is_some() { self.max } else { first })
            }
        };
        let span = self.max - self.min + 1;
        let len = match last.checked_sub(first) {
            Some(ahead) => ahead + 1,
            // Weeks go round: FRI-MON is four days.
            None if self.name == DAY_OF_WEEK.name => last + span + 1 - first,
            None => return Err("a range must not run backwards"),
        };
        Ok(Values { first, len, step: step.unwrap_or(1), min: self.min, span })
    }

    fn step(&self, text: &str) -> Result<usize, Problem> {
        match plain_number(text) {
            Some(step) if (1..=self.max).contains(&step) => {
                usize::try_from(step).map_err(|_| "the step is out of range")
            }
            _ => Err("the step is out of range"),
        }
    }

    fn number(&self, text: &str) -> Result<u32, Problem> {
        let named = || {
            let at = self.names.iter().position(|name| name.eq_ignore_ascii_case(text))?;
            Some(self.min + u32::try_from(at).ok()?)
        };
        let number = plain_number(text).or_else(named).ok_or("not a number or name")?;
        if (self.min..=self.max).contains(&number) { Ok(number) } else { Err("out of range") }
    }
}

fn plain_number(text: &str) -> Option<u32> {
    // `parse` alone would let a sign pass.
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn month_day_item(field: &Field, item: &str) -> Result<MonthDay, Problem> {
    match item.to_ascii_uppercase().as_str() {
        "L" => Ok(MonthDay::BeforeLast(0)),
        "LW" => Ok(MonthDay::LastWorkday),
        upper => {
            if let Some(before) = upper.strip_prefix("L-") {
                return match plain_number(before) {
                    Some(before) if before < field.max => Ok(MonthDay::BeforeLast(before)),
                    _ => Err("out of range"),
                };
            }
            if let Some(day) = upper.strip_suffix('W') {
                return field.number(day).map(MonthDay::NearestWorkday);
            }
            field.values(item).map(|values| MonthDay::Set(values.bits()))
        }
    }
}

fn week_day_item(field: &Field, item: &str) -> Result<WeekDay, Problem> {
    if let Some((weekday, nth)) = item.split_once('#') {
        let weekday = field.number(weekday)?;
        return match plain_number(nth) {
            Some(nth) if (1..=5).contains(&nth) => Ok(WeekDay::Nth { weekday, nth }),
            _ => Err("a month has at most five of a weekday"),
        };
    }
    match item.strip_suffix(['L', 'l']) {
        // The last day of the week.
        Some("") => Ok(WeekDay::Set(1 << field.max)),
        Some(weekday) => Ok(WeekDay::Last { weekday: field.number(weekday)? }),
        None => field.values(item).map(|values| WeekDay::Set(values.bits())),
    }
}
