//! Time zones as columns name them: `UTC`, `+05:30`, `Europe/Zurich`.

use chrono::{FixedOffset, LocalResult, NaiveDateTime, Offset, TimeZone};
use datafusion::common::Result;

use super::super::error::invalid_argument;

/// A time zone: a fixed offset or a place with a history of offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Fixed(FixedOffset),
    Place(chrono_tz::Tz),
}

impl Zone {
    /// Reads a zone; `Z`, `UTC`, `GMT`, an offset with or without colon, or a place.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        Self::find(name)
            .ok_or_else(|| invalid_argument(format!("'{name}' is not a valid time zone")))
    }

    fn find(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("z") {
            return Some(Self::Place(chrono_tz::UTC));
        }
        if let Some(seconds) = offset_seconds(name) {
            return FixedOffset::east_opt(seconds).map(Self::Fixed);
        }
        let zones = || chrono_tz::TZ_VARIANTS.iter().copied();
        let place = name.parse().ok();
        place.or_else(|| zones().find(|z| z.name().eq_ignore_ascii_case(name))).map(Self::Place)
    }

    /// The offset from UTC in seconds at an instant given in UTC.
    pub(crate) fn offset(self, utc: NaiveDateTime) -> i32 {
        match self {
            Self::Fixed(offset) => offset.local_minus_utc(),
            Self::Place(zone) => zone.offset_from_utc_datetime(&utc).fix().local_minus_utc(),
        }
    }

    /// What the wall clock shows at an instant given in UTC.
    pub(crate) fn local(self, utc: NaiveDateTime) -> NaiveDateTime {
        utc + chrono::Duration::seconds(i64::from(self.offset(utc)))
    }

    /// The instant, in UTC, at which the wall clock shows a time: the earlier of two, and across a
    /// gap the time moved on by the gap.
    pub(crate) fn instant(self, local: NaiveDateTime) -> NaiveDateTime {
        let offset = match self {
            Self::Fixed(offset) => offset.local_minus_utc(),
            Self::Place(zone) => match zone.offset_from_local_datetime(&local) {
                LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => {
                    offset.fix().local_minus_utc()
                }
                // The offset before the gap: a day earlier is safely there.
                LocalResult::None => self.offset(local - chrono::Duration::days(1)),
            },
        };
        local - chrono::Duration::seconds(i64::from(offset))
    }

    /// The name: a place, or an offset with a colon.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Fixed(offset) => offset_text(offset.local_minus_utc(), ":"),
            Self::Place(zone) => zone.name().to_owned(),
        }
    }
}

/// `+01:00`, with what divides hours and minutes.
pub(super) fn offset_text(seconds: i32, divider: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{divider}{:02}", minutes / 60, minutes % 60)
}

/// Reads `+01`, `+0100` or `+01:00`, at most 14 hours off.
pub(super) fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = match rest.len() {
        5 if rest.as_bytes().get(2) == Some(&b':') => rest.replacen(':', "", 1),
        2 | 4 => rest.to_owned(),
        _ => return None,
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * total * 60)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn gaps_move_on_and_overlaps_take_the_earlier() {
        let zone = Zone::parse("Europe/Zurich").unwrap();
        let at = |month, hour| {
            let day = if month == 3 { 31 } else { 27 };
            NaiveDate::from_ymd_opt(2024, month, day).unwrap().and_hms_opt(hour, 30, 0).unwrap()
        };
        // 02:30 does not exist on 31 March: it is read as 03:30 summer time, 01:30 UTC.
        assert_eq!(zone.instant(at(3, 2)), at(3, 1));
        // 02:30 is twice on 27 October: the first is 00:30 UTC.
        assert_eq!(zone.instant(at(10, 2)), at(10, 0));
    }

    #[test]
    fn names() {
        assert_eq!(Zone::parse("+05:30").unwrap().name(), "+05:30");
        assert_eq!(Zone::parse("utc").unwrap().name(), "UTC");
        assert!(Zone::parse("+15:00").is_err());
        assert!(Zone::parse("Mars/Base").is_err());
        assert!(Zone::parse("+é1").is_err());
    }
}
