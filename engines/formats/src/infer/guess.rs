//! What type a column's text values have in common.

use crate::hive::HiveType;
use crate::text::value;

/// Texts that say a value is missing and do not keep a column from being numeric.
const MISSING: [&[u8]; 11] =
    [b"", b"NA", b"N/A", b"n/a", b"NaN", b"nan", b"null", b"NULL", b"Null", b"None", b"\\N"];

/// The types still possible for a column after the values seen.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    seen: bool,
    boolean: bool,
    integer: bool,
    double: bool,
    date: bool,
    timestamp: bool,
}

impl Guess {
    pub(super) fn new() -> Self {
        Guess {
            seen: false,
            boolean: true,
            integer: true,
            double: true,
            date: true,
            timestamp: true,
        }
    }

    pub(super) fn see(&mut self, text: &[u8]) {
        let text = text.trim_ascii();
        if MISSING.contains(&text) {
            return;
        }
        self.seen = true;
        self.boolean = self.boolean && value::boolean(text).is_some();
        if self.double {
            let integer = value::integer(text).is_some();
            self.integer = self.integer && integer;
            self.double = integer || is_double(text);
        } else {
            self.integer = false;
        }
        self.date = self.date && is_date(text);
        self.timestamp = self.timestamp && is_timestamp(text);
    }

    /// The type of what was seen; `None` if nothing was.
    pub(super) fn ty(&self) -> Option<HiveType> {
        match self {
            Guess { seen: false, .. } => None,
            Guess { boolean: true, .. } => Some(HiveType::Boolean),
            Guess { integer: true, .. } => Some(HiveType::BigInt),
            Guess { double: true, .. } => Some(HiveType::Double),
            Guess { date: true, .. } => Some(HiveType::Date),
            Guess { timestamp: true, .. } => Some(HiveType::Timestamp),
            _ => Some(HiveType::String),
        }
    }
}

/// A number with a point or an exponent. Digits alone that exceed a bigint are an identifier,
/// which a double would mangle; so are `5f` and `1d`, though Java reads numbers there.
fn is_double(text: &[u8]) -> bool {
    let plain = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
    text.iter().all(plain)
        && text.iter().any(|b| matches!(b, b'.' | b'e' | b'E'))
        && value::double(text).is_some()
}

/// `yyyy-MM-dd` and nothing else.
pub(super) fn is_date(text: &[u8]) -> bool {
    text.len() == 10 && value::date(text).is_some()
}

/// A date and a time; or a date, which is a timestamp among timestamps.
pub(super) fn is_timestamp(text: &[u8]) -> bool {
    (text.len() == 10 || text.len() >= 16) && value::timestamp(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_that_does_not_fit_widens_the_column() {
        for (values, want) in [
            (&["1", "-2", "NA", ""][..], "bigint"),
            (&["1", "2.5"], "double"),
            (&["1", "x"], "string"),
            (&["5f"], "string"),
            (&["99999999999999999999"], "string"),
            (&["1e3", "NULL"], "double"),
            (&["true", "FALSE"], "boolean"),
            (&["true", "1"], "string"),
            (&["2024-01-31"], "date"),
            (&["2024-02-31"], "string"),
            (&["2024-01-31", "2024-01-31 10:00:00"], "timestamp"),
            (&["2024-01-31T10:00:00.123Z", "\\N"], "timestamp"),
            (&["2024-01-31", "soon"], "string"),
            (&["2024-01-31", "7"], "string"),
        ] {
            let mut guess = Guess::new();
            values.iter().for_each(|v| guess.see(v.as_bytes()));
            assert_eq!(guess.ty().unwrap().to_string(), want, "{values:?}");
        }
        let mut guess = Guess::new();
        guess.see(b"NA");
        assert_eq!(guess.ty(), None);
    }
}
