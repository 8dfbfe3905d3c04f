//! Scalars as text, for headers, queries, labels and XML.

use aquifer_schema::{
    Bytes, Member, Schema, Shape, Slot, Timestamp, TimestampFormat, Validator, View,
};
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
        View::Float(value) => float_text(f64::from(*value)),
        View::Double(value) => float_text(*value),
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
        TimestampFormat::DateTime if at.as_micros() % 1_000_000 == 0 => at.rfc3339(),
        TimestampFormat::DateTime => at.rfc3339_millis(),
        TimestampFormat::HttpDate => at.http_date(),
    }
}

/// Seconds, with milliseconds only where there are some.
pub(crate) fn epoch_text(at: Timestamp) -> String {
    let millis = at.as_millis();
    if millis % 1_000 == 0 {
        return (millis / 1_000).to_string();
    }
    let text = format!("{}.{:03}", millis.div_euclid(1_000), millis.rem_euclid(1_000));
    text.trim_end_matches('0').to_owned()
}

pub(crate) fn float_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        value.to_string()
    }
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
    let bad = || WireError::malformed(format!("{text:?} is not a value of {}", schema.name));
    match shape.fill() {
        Slot::Bool(slot) => {
            *slot = match text {
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
            *slot = text.trim().parse().map_err(|_| bad())?;
            let value = f64::from(*slot);
            check.number(schema, value, || value.to_string());
        }
        Slot::Double(slot) => {
            *slot = text.trim().parse().map_err(|_| bad())?;
            let value = *slot;
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
            *slot = Bytes::from(STANDARD.decode(text.trim()).map_err(|_| bad())?);
            let length = slot.len();
            check.size(schema, length);
        }
        Slot::Time(slot) => {
            *slot = parse_timestamp(text.trim(), format_of(member, default)).ok_or_else(bad)?;
        }
        Slot::Document(slot) => *slot = serde_json::from_str(text).map_err(|_| bad())?,
        _ => return Err(bad()),
    }
    Ok(())
}

/// Reads the stated form first and the others after it, as AWS does.
pub(crate) fn parse_timestamp(text: &str, format: TimestampFormat) -> Option<Timestamp> {
    let epoch = || text.parse::<f64>().ok().and_then(Timestamp::from_secs_f64);
    let date_time = || Timestamp::parse_rfc3339(text);
    let http = || Timestamp::parse_http_date(text);
    match format {
        TimestampFormat::Epoch => epoch().or_else(date_time),
        TimestampFormat::DateTime => date_time().or_else(epoch).or_else(http),
        TimestampFormat::HttpDate => http().or_else(date_time),
    }
}

/// Length checks of a list or map once it is read.
pub(crate) fn check_size(schema: &'static Schema, length: usize, check: &mut Validator) {
    check.size(schema, length);
}

/// Nesting no model reaches; recursive shapes could otherwise exhaust the stack.
pub(crate) const DEPTH_MAX: usize = 96;
