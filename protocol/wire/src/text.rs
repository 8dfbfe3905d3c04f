//! Scalars as text, for headers, queries, labels and XML.

use aquifer_schema::{Bytes, Member, Shape, Slot, Timestamp, TimestampFormat, Validator, View};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::WireError;

/// Everything but RFC 3986's unreserved characters.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &STRICT.remove(b'/');

/// Percent-encodes a path, keeping its slashes.
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// Undoes percent-encoding; `None` when the bytes are not UTF-8.
pub fn percent_decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Writes a scalar as text; `None` for what has no text form or is absent.
pub(crate) fn to_text(
    member: &Member,
    view: &View<'_>,
    default: TimestampFormat,
) -> Option<String> {
    Some(match view {
        View::Bool(value) => value.to_string(),
        View::Int(value) => value.to_string(),
        View::Float(value) => special_text(f64::from(*value)).unwrap_or_else(|| value.to_string()),
        View::Double(value) => special_text(*value).unwrap_or_else(|| value.to_string()),
        View::Str(value) => (*value).to_owned(),
        View::Blob(value) => STANDARD.encode(value),
        View::Time(value) => timestamp_text(*value, format_of(member, default)),
        View::Document(value) => value.to_string(),
        _ => return None,
    })
}

pub(crate) fn format_of(member: &Member, default: TimestampFormat) -> TimestampFormat {
    member.timestamp_format.or(member.target.timestamp_format).unwrap_or(default)
}

pub(crate) fn timestamp_text(at: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Epoch => epoch_text(at),
        TimestampFormat::DateTime if at.as_millis() % 1_000 == 0 => at.rfc3339(),
        TimestampFormat::DateTime => at.rfc3339_millis(),
        TimestampFormat::HttpDate => at.http_date(),
    }
}

/// Seconds, with milliseconds only where there are some.
pub(crate) fn epoch_text(at: Timestamp) -> String {
    let millis = at.as_millis();
    let (seconds, fraction) = (millis.unsigned_abs() / 1_000, millis.unsigned_abs() % 1_000);
    let sign = if millis < 0 { "-" } else { "" };
    if fraction == 0 {
        return format!("{sign}{seconds}");
    }
    let text = format!("{sign}{seconds}.{fraction:03}");
    text.trim_end_matches('0').to_owned()
}

/// The text of what has no digits.
pub(crate) fn special_text(value: f64) -> Option<String> {
    if value.is_nan() {
        Some("NaN".to_owned())
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
    } else {
        None
    }
}

/// A number without digits, by the names AWS gives them.
pub(crate) fn parse_special(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A number with digits, or one of the names above; not the further spellings Rust reads.
fn parse_float(text: &str) -> Option<f64> {
    let last = text.bytes().last()?;
    if last.is_ascii_digit() || last == b'.' {
        // Too large a number is not silently infinite.
        return text.parse().ok().filter(|value: &f64| value.is_finite());
    }
    parse_special(text)
}

/// Fills a scalar from text and checks it.
pub(crate) fn from_text(
    member: &'static Member,
    shape: &mut dyn Shape,
    text: &str,
    check: &mut Validator,
    default: TimestampFormat,
) -> Result<(), WireError> {
    let schema = member.target;
    let bad = || {
        let shown: String = text.chars().take(100).collect();
        WireError::malformed(format!("{shown:?} is not a value of {}", schema.name))
    };
    match shape.fill() {
        Slot::Bool(slot) => {
            *slot = match text.trim() {
                "true" | "True" | "TRUE" | "1" => true,
                "false" | "False" | "FALSE" | "0" => false,
                _ => return Err(bad()),
            }
        }
        Slot::Int(slot) => {
            *slot = text.trim().parse().map_err(|_| bad())?;
            let value = *slot;
            check.number(schema, f64::from(value), || value.to_string());
        }
        Slot::Long(slot) => {
            *slot = text.trim().parse().map_err(|_| bad())?;
            let value = *slot;
            check.number(schema, value as f64, || value.to_string());
        }
        Slot::Float(slot) => {
            let value = parse_float(text.trim()).ok_or_else(bad)?;
            *slot = value as f32;
            check.number(schema, value, || value.to_string());
        }
        Slot::Double(slot) => {
            let value = parse_float(text.trim()).ok_or_else(bad)?;
            *slot = value;
            check.number(schema, value, || value.to_string());
        }
        Slot::Str(slot) => {
            text.clone_into(slot);
            check.text(schema, text);
        }
        Slot::Enum(slot) => {
            if !slot.set(text) {
                check.not_in_enum(schema, text);
            }
        }
        Slot::Blob(slot) => {
            *slot = Bytes::from(from_base64(text).ok_or_else(bad)?);
            let length = slot.len();
            check.blob(schema, length);
        }
        Slot::Time(slot) => {
            *slot = parse_timestamp(text.trim(), format_of(member, default)).ok_or_else(bad)?;
        }
        Slot::Document(slot) => *slot = serde_json::from_str(text).map_err(|_| bad())?,
        _ => return Err(bad()),
    }
    Ok(())
}

/// Base64 as documents hold it, possibly broken into lines.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return STANDARD.decode(dense).ok();
    }
    STANDARD.decode(text).ok()
}

/// Reads the stated form first and the others after it, as AWS does.
pub(crate) fn parse_timestamp(text: &str, format: TimestampFormat) -> Option<Timestamp> {
    let epoch = || parse_float(text).and_then(Timestamp::from_secs_f64);
    let date_time = || Timestamp::parse_rfc3339(text);
    let http = || Timestamp::parse_http_date(text);
    match format {
        TimestampFormat::Epoch => epoch().or_else(date_time),
        TimestampFormat::DateTime => date_time().or_else(epoch).or_else(http),
        TimestampFormat::HttpDate => http().or_else(date_time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_a_fraction_only_where_there_is_one() {
        for (millis, text) in [
            (0, "0"),
            (1_500, "1.5"),
            (-1_500, "-1.5"),
            (-500, "-0.5"),
            (1_767_323_045_678, "1767323045.678"),
            (1_767_323_045_010, "1767323045.01"),
        ] {
            assert_eq!(epoch_text(Timestamp::from_millis(millis)), text);
        }
    }

    #[test]
    fn numbers_have_no_further_spellings() {
        assert_eq!(parse_float("1e3"), Some(1_000.0));
        assert_eq!(parse_float("-.5"), Some(-0.5));
        for text in ["inf", "nan", "infinity", "+Infinity", "1e999", "", "0x10", "1_0"] {
            assert_eq!(parse_float(text), None, "{text}");
        }
    }
}
