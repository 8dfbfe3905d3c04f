//! Time zones: between instants and local times.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::ScheduleError;

/// An IANA time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Universal time.
    pub const UTC: Zone = Zone(Tz::UTC);

    /// The local time of an instant; `None` outside the calendar.
    pub(crate) fn local(self, micros: i64) -> Option<NaiveDateTime> {
        let at = DateTime::from_timestamp_micros(micros)?;
        Some(at.with_timezone(&self.0).naive_local())
    }

    /// The first instant of a local time; `None` if clocks jump over it.
    pub(crate) fn instant(self, local: NaiveDateTime) -> Option<i64> {
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                Some(at.timestamp_micros())
            }
            MappedLocalTime::None => None,
        }
    }

    /// The first instant of a local time; of one that clocks jump over, what a clock that had
    /// not been turned would call by that time.
    pub(crate) fn instant_or_later(self, local: NaiveDateTime) -> Option<i64> {
        if let Some(at) = self.instant(local) {
            return Some(at);
        }
        // No zone has ever jumped over more than a day, so the offset of two days before is the
        // one in force before the jump, unless clocks were turned twice within those days.
        let before = local.checked_sub_signed(TimeDelta::days(2))?;
        let offset = before.and_utc().timestamp_micros().checked_sub(self.instant(before)?)?;
        local.and_utc().timestamp_micros().checked_sub(offset)
    }
}

impl FromStr for Zone {
    type Err = ScheduleError;

    fn from_str(name: &str) -> Result<Zone, ScheduleError> {
        name.parse().map(Zone).map_err(|_| {
            ScheduleError::UnknownZone(name.chars().take(crate::EXPRESSION_LEN_MAX).collect())
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}
