//! Schedules as text: `cron(0 12 ? * MON-FRI *)`, `rate(5 minutes)`, `at(2026-01-01T00:00:00)`.
//!
//! A schedule answers one question, [`Schedule::next_after`]: it holds no state, reads no clock
//! and starts nothing. Times are microseconds since the epoch.
//!
//! **Time zones.** `cron` and `at` speak of local time in the schedule's [`Zone`]; `rate` counts
//! elapsed time and knows no zone. Where clocks are turned:
//!
//! - forward: a `cron` time that does not exist that day is skipped; an `at` time that does not
//!   exist moves on by the length of the gap, for it would otherwise never come;
//! - backward: a time that comes twice counts the first time only.

mod cron;
mod zone;

use std::fmt;

use chrono::{Datelike, NaiveDateTime};
use thiserror::Error;

use cron::Cron;
pub use zone::Zone;

/// No expression is longer than this many bytes.
pub const EXPRESSION_LEN_MAX: usize = 256;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    zone: Zone,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Cron(Box<Cron>),
    /// A period in microseconds.
    Rate(i64),
    /// Local time.
    At(NaiveDateTime),
}

/// The text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Longer than any expression may be.
    #[error("a schedule has at most {EXPRESSION_LEN_MAX} characters")]
    TooLong,
    /// None of the three forms.
    #[error("a schedule reads cron(...), rate(...) or at(...)")]
    UnknownForm,
    /// A cron expression has six fields.
    #[error("a cron expression has 6 fields, found {0}")]
    FieldCount(usize),
    /// A field of a cron expression.
    #[error("{field} '{value}': {problem}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Exactly one of the two day fields must be `?`.
    #[error("one of day-of-month and day-of-week must be '?', and only one")]
    DayFields,
    /// A rate that is not `<positive number> <unit>`.
    #[error("a rate reads rate(1 minute), rate(5 hours) and so on: {0}")]
    Rate(&'static str),
    /// An `at` that is not a local date and time.
    #[error("a one-time schedule reads at(yyyy-mm-ddThh:mm:ss)")]
    At,
    /// A time zone nobody knows.
    #[error("unknown time zone '{0}'")]
    UnknownZone(String),
}

impl Schedule {
    /// Parses an expression, its local times being those of the zone.
    pub fn parse(text: &str, zone: Zone) -> Result<Schedule, ScheduleError> {
        if text.len() > EXPRESSION_LEN_MAX {
            return Err(ScheduleError::TooLong);
        }
        let body = |form: &str| text.strip_prefix(form)?.strip_prefix('(')?.strip_suffix(')');
        let kind = if let Some(fields) = body("cron") {
            Kind::Cron(Box::new(Cron::parse(fields)?))
        } else if let Some(rate) = body("rate") {
            Kind::Rate(parse_rate(rate)?)
        } else if let Some(at) = body("at") {
            Kind::At(parse_at(at).ok_or(ScheduleError::At)?)
        } else {
            return Err(ScheduleError::UnknownForm);
        };
        Ok(Schedule { text: text.to_owned(), zone, kind })
    }

    /// The first time due strictly after `after`; `None` if there is none any more.
    ///
    /// A rate is due at `anchor` plus one period, two periods and so on; the anchor is when the
    /// schedule was made or enabled. The other forms do not look at it.
    pub fn next_after(&self, after: i64, anchor: i64) -> Option<i64> {
        match &self.kind {
            Kind::Cron(cron) => cron.next_after(after, self.zone),
            Kind::Rate(period) => {
                let elapsed = after.checked_sub(anchor)?;
                let periods = elapsed.div_euclid(*period).max(0) + 1;
                anchor.checked_add(periods.checked_mul(*period)?)
            }
            Kind::At(local) => self.zone.instant_or_later(*local).filter(|at| *at > after),
        }
    }

    /// The period of a rate, in microseconds.
    pub fn period(&self) -> Option<i64> {
        match self.kind {
            Kind::Rate(period) => Some(period),
            Kind::Cron(_) | Kind::At(_) => None,
        }
    }

    /// Whether it is due once only.
    pub fn is_one_time(&self) -> bool {
        matches!(self.kind, Kind::At(_))
    }
}

/// The expression as written.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads `yyyy-mm-ddThh:mm:ss`, every digit of it there.
fn parse_at(text: &str) -> Option<NaiveDateTime> {
    const FORM_LEN: usize = 19;
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
    // The parser takes shorter fields and signed years as well.
    (text.len() == FORM_LEN && (0..=9999).contains(&at.year())).then_some(at)
}

/// Reads `1 minute`, `5 hours`: singular for one, plural for more.
fn parse_rate(text: &str) -> Result<i64, ScheduleError> {
    let mut words = text.split_ascii_whitespace();
    let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(ScheduleError::Rate("expected a number and a unit"));
    };
    let is_plain = count.bytes().all(|byte| byte.is_ascii_digit());
    let count: i64 = count
        .parse()
        .ok()
        .filter(|count| is_plain && *count > 0)
        .ok_or(ScheduleError::Rate("expected a positive number"))?;
    let (minutes, plural) = match unit {
        "minute" => (1, false),
        "minutes" => (1, true),
        "hour" => (60, false),
        "hours" => (60, true),
        "day" => (24 * 60, false),
        "days" => (24 * 60, true),
        _ => return Err(ScheduleError::Rate("expected minutes, hours or days")),
    };
    if plural != (count > 1) {
        return Err(ScheduleError::Rate("the unit is singular for 1 and plural for more"));
    }
    count
        .checked_mul(minutes * MICROS_PER_MINUTE)
        .ok_or(ScheduleError::Rate("the number is too large"))
}

#[cfg(test)]
mod tests;
