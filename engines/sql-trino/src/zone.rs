//! Time zones by name or offset.

use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A zone of the database, or a fixed offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Zone {
    /// Reads `UTC`, `Europe/Vienna`, `+02:00` or `-03`.
    pub(crate) fn parse(text: &str) -> Option<Zone> {
        let text = text.trim();
        if matches!(text, "Z" | "z") || text.eq_ignore_ascii_case("utc") {
            return Some(Zone::Named(Tz::UTC));
        }
        let (sign, rest) = match text.as_bytes().first()? {
            b'+' => (1, &text[1..]),
            b'-' => (-1, &text[1..]),
            _ => return text.parse().ok().map(Zone::Named),
        };
        let (hours, minutes) = match rest.split_once(':') {
            Some(parts) => parts,
            None if rest.len() == 4 => rest.split_at_checked(2)?,
            None => (rest, "0"),
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if !(0..=14).contains(&hours) || !(0..60).contains(&minutes) {
            return None;
        }
        FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)).map(Zone::Fixed)
    }

    /// What clocks in the zone show at an instant.
    pub(crate) fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Zone::Named(zone) => instant.with_timezone(&zone).naive_local(),
            Zone::Fixed(zone) => instant.with_timezone(&zone).naive_local(),
        }
    }

    /// The instant at which clocks in the zone show a time. A time shown twice is the first
    /// one; a time never shown is moved on by the hour that was skipped.
    pub(crate) fn instant(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        fn of<T: TimeZone>(zone: T, local: NaiveDateTime) -> Option<DateTime<Utc>> {
            match zone.from_local_datetime(&local) {
                MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                    Some(at.with_timezone(&Utc))
                }
                MappedLocalTime::None => {
                    let later = local.checked_add_signed(chrono::TimeDelta::hours(1))?;
                    let at = zone.from_local_datetime(&later).earliest()?;
                    Some(at.with_timezone(&Utc))
                }
            }
        }
        match self {
            Zone::Named(zone) => of(zone, local),
            Zone::Fixed(zone) => of(zone, local),
        }
    }

    /// The name it is known by.
    pub(crate) fn name(self) -> String {
        match self {
            Zone::Named(zone) => zone.name().to_owned(),
            Zone::Fixed(zone) => zone.to_string(),
        }
    }
}

/// A zone's name as values show it: UTC has one name whatever it was called.
pub(crate) fn display(zone: &str) -> &str {
    match zone {
        "+00:00" | "Z" | "Etc/UTC" => "UTC",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_names_or_offsets() {
        assert_eq!(Zone::parse("utc").unwrap().name(), "UTC");
        assert_eq!(Zone::parse("+05:30").unwrap().name(), "+05:30");
        assert_eq!(Zone::parse("-0330").unwrap().name(), "-03:30");
        assert!(Zone::parse("Mars/Olympus").is_none());
        assert!(Zone::parse("+15:00").is_none());
    }

    #[test]
    fn skipped_and_repeated_hours_have_one_instant() {
        let zone = Zone::parse("Europe/Vienna").unwrap();
        let at = |text: &str| {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
            zone.instant(local).unwrap().to_rfc3339()
        };
        assert_eq!(at("2024-03-31 02:30"), "2024-03-31T01:30:00+00:00");
        assert_eq!(at("2024-10-27 02:30"), "2024-10-27T00:30:00+00:00");
    }
}
