//! Days as lifecycles count them: whole ones, up to a midnight UTC.

use std::time::Duration;

use platform::Timestamp;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);
const DAY_SECONDS: i64 = 86_400;

/// The midnight that follows; that of the next day for a midnight itself.
pub(crate) fn midnight_after(at: Timestamp) -> Timestamp {
    Timestamp::from_secs((at.as_secs().div_euclid(DAY_SECONDS) + 1) * DAY_SECONDS)
}

/// When something is due so many days after another: at the midnight that follows.
pub(crate) fn due(since: Timestamp, days: u32) -> Timestamp {
    midnight_after(since + DAY * days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn days_are_rounded_up_to_midnight() {
        assert_eq!(due(at("2014-01-15T10:30:00Z"), 3), at("2014-01-19T00:00:00Z"));
        assert_eq!(due(at("2026-03-01T18:00:00Z"), 1), at("2026-03-03T00:00:00Z"));
        assert_eq!(due(at("2026-03-01T00:00:00Z"), 0), at("2026-03-02T00:00:00Z"));
    }
}
