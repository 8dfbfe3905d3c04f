//! Typed values behind the text of partitions and literals.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};

use super::NULL_PARTITION;

/// How a declared type compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Fixed-length text, whose trailing blanks do not count.
    PaddedText,
    /// Integers and decimals, exactly.
    Exact,
    Float,
    Date,
    Instant,
    Bool,
}

impl Kind {
    /// The kind of a declared type; `None` for types that cannot partition a table.
    pub(crate) fn of(declared: &str) -> Option<Kind> {
        let name = declared.split('(').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match name.as_str() {
            "string" | "varchar" => Kind::Text,
            "char" => Kind::PaddedText,
            "tinyint" | "smallint" | "int" | "integer" | "bigint" | "long" | "decimal" => {
                Kind::Exact
            }
            "double" | "float" => Kind::Float,
            "date" => Kind::Date,
            "timestamp" => Kind::Instant,
            "boolean" => Kind::Bool,
            _ => return None,
        })
    }

    /// What an error message calls a value of this kind.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Text | Kind::PaddedText => "string",
            Kind::Exact | Kind::Float => "number",
            Kind::Date => "date",
            Kind::Instant => "timestamp",
            Kind::Bool => "boolean",
        }
    }

    /// The kind in which columns of two kinds meet.
    pub(crate) fn meet(self, other: Kind) -> Kind {
        match (self, other) {
            (left, right) if left == right => left,
            (Kind::Exact, Kind::Float) | (Kind::Float, Kind::Exact) => Kind::Float,
            (Kind::Date, Kind::Instant) | (Kind::Instant, Kind::Date) => Kind::Instant,
            _ => Kind::Text,
        }
    }

    /// Reads text as a value of this kind.
    pub(crate) fn parse(self, text: &str) -> Option<Value> {
        Some(match self {
            Kind::Text => Value::Text(text.to_owned()),
            Kind::PaddedText => Value::Text(text.trim_end_matches(' ').to_owned()),
            Kind::Exact => Value::Exact(Exact::parse(text.trim())?),
            Kind::Float => Value::Float(text.trim().parse().ok()?),
            Kind::Date => Value::Date(parse_date(text.trim())?),
            Kind::Instant => Value::Instant(parse_instant(text.trim())?),
            Kind::Bool => Value::Bool(text.trim().to_ascii_lowercase().parse().ok()?),
        })
    }
}

/// Whether a value of this type has one spelling only.
pub(crate) fn is_plain_text(declared: &str) -> bool {
    Kind::of(declared) == Some(Kind::Text)
}

/// The one spelling of a value among all that mean the same under its declared type, for use as
/// an index key: `007` is `7` to an `int`. `None` for null and for what is no such value.
pub fn canonical(declared: &str, text: &str) -> Option<String> {
    if text == NULL_PARTITION {
        return None;
    }
    Some(match Kind::of(declared)?.parse(text)? {
        Value::Text(text) => text,
        Value::Exact(number) => number.canonical(),
        Value::Float(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Instant(at) => at.to_string(),
        Value::Bool(value) => value.to_string(),
    })
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Exact(Exact),
    Float(f64),
    Date(NaiveDate),
    Instant(NaiveDateTime),
    Bool(bool),
}

impl Value {
    /// Compares values of one kind; `None` if they do not compare, as NaN does not.
    pub(crate) fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
            (Value::Exact(left), Value::Exact(right)) => Some(left.cmp(right)),
            (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
            (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
            (Value::Instant(left), Value::Instant(right)) => Some(left.cmp(right)),
            (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}

/// A decimal number of any length: its digits and where the point stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exact {
    negative: bool,
    /// Before the point, without leading zeros.
    whole: String,
    /// After the point, without trailing zeros.
    fraction: String,
}

impl Exact {
    /// Reads `-12.5`, `.5`, `1e3`. Exponents are limited, lest a short text make a long number.
    fn parse(text: &str) -> Option<Exact> {
        const EXPONENT_MAX: i32 = 400;
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        if !(-EXPONENT_MAX..=EXPONENT_MAX).contains(&exponent) {
            return None;
        }
        let zeros = usize::try_from(exponent.unsigned_abs()).ok()?;
        let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
        if exponent > 0 {
            fraction.push_str(&"0".repeat(zeros.saturating_sub(fraction.len())));
            let tail = fraction.split_off(zeros);
            whole.push_str(&std::mem::replace(&mut fraction, tail));
        } else if exponent < 0 {
            whole.insert_str(0, &"0".repeat(zeros.saturating_sub(whole.len())));
            let moved = whole.split_off(whole.len() - zeros);
            fraction.insert_str(0, &moved);
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Exact { negative: negative && !zero, whole, fraction })
    }

    fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        let point = if self.fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{}", self.fraction)
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        let size = |number: &Exact, than: &Exact| {
            let by_len = number.whole.len().cmp(&than.whole.len());
            by_len
                .then_with(|| number.whole.cmp(&than.whole))
                // Without trailing zeros, digits after the point compare like words.
                .then_with(|| number.fraction.cmp(&than.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A day; of a timestamp at midnight, its day.
fn parse_date(text: &str) -> Option<NaiveDate> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(date);
    }
    let at = parse_instant(text)?;
    (at.time() == chrono::NaiveTime::MIN).then(|| at.date())
}

/// A point in time without zone; of a day, its beginning.
fn parse_instant(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|form| {
            NaiveDateTime::parse_from_str(text.strip_suffix('Z').unwrap_or(text), form).ok()
        })
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}
