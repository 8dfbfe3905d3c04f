//! Timestamps spelled in a pattern of the table's choosing.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::value::{integer, timestamp};

/// Timestamp patterns of a table, translated once to what chrono reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimestampFormats {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
enum Pattern {
    /// Milliseconds since the epoch.
    Millis,
    Chrono {
        pattern: String,
        has_time: bool,
    },
}

impl TimestampFormats {
    /// Translates patterns in Java's letters. A pattern with letters unknown here is refused by
    /// an answer of `Err(pattern)`.
    pub(crate) fn new(patterns: &[String]) -> Result<Self, String> {
        let translated: Option<Vec<_>> = patterns.iter().map(|p| Pattern::from_java(p)).collect();
        match translated {
            Some(patterns) => Ok(TimestampFormats { patterns }),
            None => Err(patterns.join(", ")),
        }
    }

    /// Microseconds since the epoch, by the first pattern that fits, then as [`timestamp`].
    pub(crate) fn timestamp(&self, text: &[u8]) -> Option<i64> {
        if self.patterns.is_empty() {
            return timestamp(text);
        }
        let string = std::str::from_utf8(text.trim_ascii()).ok()?;
        self.patterns.iter().find_map(|p| p.timestamp(string)).or_else(|| timestamp(text))
    }
}

impl Pattern {
    fn from_java(java: &str) -> Option<Pattern> {
        if java.eq_ignore_ascii_case("millis") {
            return Some(Pattern::Millis);
        }
        let mut pattern = String::new();
        let mut has_time = false;
        let mut rest = java;
        while let Some(c) = rest.chars().next() {
            if c == '\'' {
                let end = rest[1..].find('\'')? + 1;
                let literal = if end == 1 { "'" } else { &rest[1..end] };
                pattern.push_str(&literal.replace('%', "%%"));
                rest = &rest[end + 1..];
                continue;
            }
            let run = rest.len() - rest.trim_start_matches(c).len();
            let letters = &rest[..run];
            rest = &rest[run..];
            let count = run / c.len_utf8();
            has_time |= matches!(c, 'H' | 'h');
            if c == 'S' && pattern.ends_with('.') {
                pattern.pop();
                pattern.push_str("%.f");
                continue;
            }
            pattern.push_str(match (c, count) {
                ('y' | 'u', 2) => "%y",
                ('y' | 'u', _) => "%Y",
                ('M', 1 | 2) => "%m",
                ('M', 3) => "%b",
                ('M', _) => "%B",
                ('d', _) => "%d",
                ('H', _) => "%H",
                ('h', _) => "%I",
                ('m', _) => "%M",
                ('s', _) => "%S",
                ('a', _) => "%p",
                ('E', 1..=3) => "%a",
                ('E', _) => "%A",
                ('Z', _) | ('X', _) | ('x', _) => "%#z",
                ('%', _) => "%%",
                _ if c.is_ascii_alphabetic() => return None,
                _ => letters,
            });
        }
        Some(Pattern::Chrono { pattern, has_time })
    }

    fn timestamp(&self, text: &str) -> Option<i64> {
        match self {
            Pattern::Millis => integer(text.as_bytes())?.checked_mul(1_000),
            Pattern::Chrono { pattern, has_time: false } => {
                let date = NaiveDate::parse_from_str(text, pattern).ok()?;
                let days = i64::from(date.num_days_from_ce()) - 719_163;
                days.checked_mul(86_400_000_000)
            }
            Pattern::Chrono { pattern, has_time: true } => {
                if pattern.contains("%#z") {
                    let time = chrono::DateTime::parse_from_str(text, pattern).ok()?;
                    return Some(time.timestamp_micros());
                }
                let time = NaiveDateTime::parse_from_str(text, pattern).ok()?;
                Some(time.and_utc().timestamp_micros())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_come_before_the_usual_spelling() {
        let formats = TimestampFormats::new(
            &["dd/MMM/yyyy:HH:mm:ss Z", "yyyy-MM-dd'T'HH:mm:ss.SSS", "millis", "MM/dd/yyyy"]
                .map(str::to_owned),
        )
        .unwrap();
        for (text, want) in [
            ("01/Jan/1970:00:00:01 +0000", Some(1_000_000)),
            ("1970-01-01T00:00:00.250", Some(250_000)),
            ("1500", Some(1_500_000)),
            ("01/02/1970", Some(86_400_000_000)),
            ("1970-01-01 00:00:02", Some(2_000_000)),
            ("yesterday", None),
        ] {
            assert_eq!(formats.timestamp(text.as_bytes()), want, "{text:?}");
        }
        assert!(TimestampFormats::new(&["yyyy-QQ".to_owned()]).is_err());
    }
}
