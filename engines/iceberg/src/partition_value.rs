//! Values of partitions: what a transform makes of a column's value, and what a partition's value
//! tells of the columns' values within.
//!
//! <https://iceberg.apache.org/spec/#partition-transforms>

use crate::avro::Value;
use crate::transform::Transform;
use crate::types::Primitive;

const DAY_MICROS: i64 = 86_400_000_000;
const HOUR_MICROS: i64 = 3_600_000_000;

impl Transform {
    /// The partition's value of a column's value; null becomes null.
    pub fn apply(&self, source: Primitive, value: &Value) -> Value {
        if matches!(value, Value::Null) {
            return Value::Null;
        }
        let micros_of_day = |value: &Value| {
            let number = value.as_long()?;
            Some(if source == Primitive::Date { number * DAY_MICROS } else { number })
        };
        let days = || micros_of_day(value).map(|micros| micros.div_euclid(DAY_MICROS));
        let long = |number: Option<i64>| number.map_or(Value::Null, Value::Long);
        match self {
            Self::Identity => value.clone(),
            Self::Bucket(buckets) => long(
                hash(source, value).map(|hash| i64::from(hash & i32::MAX) % i64::from(*buckets)),
            ),
            Self::Truncate(width) => match (source, value) {
                (Primitive::Decimal { .. }, Value::Bytes(bytes)) => {
                    Value::Bytes(truncated_decimal(*width, bytes))
                }
                _ => truncated(*width, value),
            },
            Self::Year => long(days().map(|days| civil(days).0 - 1970)),
            Self::Month => long(days().map(|days| {
                let (year, month, _) = civil(days);
                (year - 1970) * 12 + i64::from(month) - 1
            })),
            Self::Day => long(days()),
            Self::Hour => long(micros_of_day(value).map(|micros| micros.div_euclid(HOUR_MICROS))),
            Self::Void | Self::Unknown(_) => Value::Null,
        }
    }

    /// The least and the greatest value that a column may have where its partition has a value; none
    /// where that cannot be told.
    pub fn range(&self, source: Primitive, value: &Value) -> Option<(Value, Value)> {
        let moments = |first: i64, after: i64| {
            // In days.
            Some(match source {
                Primitive::Date => (Value::Long(first), Value::Long(after - 1)),
                _ => (Value::Long(first * DAY_MICROS), Value::Long(after * DAY_MICROS - 1)),
            })
        };
        match (self, value) {
            (Self::Identity, value) if !matches!(value, Value::Null) => {
                Some((value.clone(), value.clone()))
            }
            (Self::Year, Value::Long(year)) => {
                let start = |year: i64| days_of(year + 1970, 1, 1);
                moments(start(*year), start(*year + 1))
            }
            (Self::Month, Value::Long(month)) => {
                let start = |month: i64| {
                    let within = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
                    days_of(1970 + month.div_euclid(12), within + 1, 1)
                };
                moments(start(*month), start(*month + 1))
            }
            (Self::Day, Value::Long(day)) => moments(*day, *day + 1),
            (Self::Hour, Value::Long(hour)) => {
                let first = hour * HOUR_MICROS;
                Some((Value::Long(first), Value::Long(first + HOUR_MICROS - 1)))
            }
            (Self::Truncate(width), Value::Long(first)) => {
                Some((value.clone(), Value::Long(first.saturating_add(i64::from(*width) - 1))))
            }
            _ => None,
        }
    }

    /// A partition's value as folders spell it.
    pub fn spell(&self, result: Primitive, value: &Value) -> String {
        match (self, value) {
            (_, Value::Null) => "null".to_owned(),
            (Self::Year, Value::Long(year)) => format!("{:04}", year + 1970),
            (Self::Month, Value::Long(month)) => {
                format!("{:04}-{:02}", 1970 + month.div_euclid(12), month.rem_euclid(12) + 1)
            }
            (Self::Day, Value::Long(day)) => date(*day),
            (Self::Hour, Value::Long(hour)) => {
                format!("{}-{:02}", date(hour.div_euclid(24)), hour.rem_euclid(24))
            }
            (_, value) => spell_value(result, value),
        }
    }
}

fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A value as text.
pub fn spell_value(of: Primitive, value: &Value) -> String {
    match (of, value) {
        (Primitive::Date, Value::Long(day)) => date(*day),
        (Primitive::Timestamp | Primitive::Timestamptz, Value::Long(micros)) => {
            let (day, rest) = (micros.div_euclid(DAY_MICROS), micros.rem_euclid(DAY_MICROS));
            let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let zone = if of == Primitive::Timestamptz { "+00:00" } else { "" };
            let fraction = if fraction == 0 {
                String::new()
            } else {
                format!(".{fraction:06}").trim_end_matches('0').to_owned()
            };
            format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}", date(day))
        }
        (Primitive::Decimal { scale, .. }, Value::Bytes(bytes)) => {
            let number = unscaled(bytes);
            let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
            match scale {
                0 => format!("{sign}{digits}"),
                scale => {
                    let scale = scale as usize;
                    let text = format!("{digits:0>width$}", width = scale + 1);
                    let (whole, fraction) = text.split_at(text.len() - scale);
                    format!("{sign}{whole}.{fraction}")
                }
            }
        }
        (_, Value::Null) => "null".to_owned(),
        (_, Value::Boolean(truth)) => truth.to_string(),
        (_, Value::Long(number)) => number.to_string(),
        (_, Value::Float(number)) => number.to_string(),
        (_, Value::Double(number)) => number.to_string(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => String::new(),
    }
}

/// A number of two's complement, its highest byte first.
pub fn unscaled(bytes: &[u8]) -> i128 {
    let start = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(start, |number: i128, byte| (number << 8) | i128::from(*byte))
}

fn truncated(width: u32, value: &Value) -> Value {
    let width_i = i128::from(width);
    let down = |number: i128| number - number.rem_euclid(width_i);
    match value {
        Value::Long(number) => {
            Value::Long(i64::try_from(down(i128::from(*number))).unwrap_or(*number))
        }
        Value::String(text) => Value::String(text.chars().take(width as usize).collect()),
        Value::Bytes(bytes) => Value::Bytes(bytes.iter().take(width as usize).copied().collect()),
        _ => Value::Null,
    }
}

/// A decimal cut down to a multiple of a width, in as many bytes as it came in.
fn truncated_decimal(width: u32, bytes: &[u8]) -> Vec<u8> {
    let number = unscaled(bytes);
    let down = number - number.rem_euclid(i128::from(width));
    let all = down.to_be_bytes();
    all[all.len().saturating_sub(bytes.len())..].to_vec()
}

/// The hash that buckets are told by.
fn hash(of: Primitive, value: &Value) -> Option<i32> {
    Some(match (of, value) {
        (Primitive::Decimal { .. }, Value::Bytes(bytes)) => {
            murmur3(&crate::manifest::single_value(of, &Value::Bytes(bytes.clone()))?)
        }
        (_, Value::Long(number)) => murmur3(&number.to_le_bytes()),
        (_, Value::String(text)) => murmur3(text.as_bytes()),
        (_, Value::Bytes(bytes)) => murmur3(bytes),
        _ => return None,
    })
}

/// Murmur3 of 32 bits, seed 0, as the specification's appendix B wants it.
fn murmur3(bytes: &[u8]) -> i32 {
    const C1: u32 = 0xcc9e_2d51;
    const C2: u32 = 0x1b87_3593;
    let mix = |block: u32| block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = 0_u32;
    for block in blocks {
        hash ^= mix(u32::from_le_bytes(*block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    if !tail.is_empty() {
        let block = tail.iter().rev().fold(0_u32, |block, byte| (block << 8) | u32::from(*byte));
        hash ^= mix(block);
    }
    hash ^= u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    (hash ^ (hash >> 16)).cast_signed()
}

/// Year, month and day of a number of days since 1970, in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, u32, u32) {
    // Years of this reckoning begin in March, so that the odd day is the last of one.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

/// The reverse of [`civil`].
fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_specification() {
        // Appendix B.
        let long = |number| hash(Primitive::Long, &Value::Long(number)).unwrap();
        assert_eq!(long(34), 2_017_239_379);
        let decimal = Primitive::Decimal { precision: 9, scale: 2 };
        assert_eq!(hash(decimal, &Value::Bytes(vec![0, 0, 5, 0x8c])), Some(-500_754_589));
        assert_eq!(hash(Primitive::Date, &Value::Long(17_486)), Some(-653_330_422));
        let at = Value::Long(1_510_871_468_000_000);
        assert_eq!(hash(Primitive::Timestamp, &at), Some(-2_047_944_441));
        assert_eq!(hash(Primitive::String, &Value::String("iceberg".into())), Some(1_210_000_089));
        assert_eq!(hash(Primitive::Binary, &Value::Bytes(vec![0, 1, 2, 3])), Some(-188_683_207));
    }

    #[test]
    fn moments_fall_into_their_periods() {
        let at = Value::Long(1_510_871_468_000_000); // 2017-11-16T22:31:08
        for (transform, number, text) in [
            (Transform::Year, 47, "2017"),
            (Transform::Month, 574, "2017-11"),
            (Transform::Day, 17_486, "2017-11-16"),
            (Transform::Hour, 419_686, "2017-11-16-22"),
        ] {
            let value = transform.apply(Primitive::Timestamp, &at);
            assert_eq!(value, Value::Long(number), "{transform}");
            assert_eq!(transform.spell(Primitive::Int, &value), text);
            let (low, high) = transform.range(Primitive::Timestamp, &value).unwrap();
            let micros = at.as_long().unwrap();
            assert!(low.as_long().unwrap() <= micros && micros <= high.as_long().unwrap());
            assert_eq!(transform.apply(Primitive::Timestamp, &low), value);
            assert_eq!(transform.apply(Primitive::Timestamp, &high), value);
        }
        let before = Transform::Day.apply(Primitive::Timestamp, &Value::Long(-1));
        assert_eq!(before, Value::Long(-1));
        assert_eq!(Transform::Month.apply(Primitive::Date, &Value::Long(-1)), Value::Long(-1));
    }

    #[test]
    fn truncation_goes_down() {
        let cut = |value: Value| Transform::Truncate(10).apply(Primitive::Int, &value);
        assert_eq!(cut(Value::Long(-1)), Value::Long(-10));
        assert_eq!(cut(Value::Long(19)), Value::Long(10));
        let text =
            Transform::Truncate(3).apply(Primitive::String, &Value::String("iceberg".into()));
        assert_eq!(text, Value::String("ice".into()));
        assert_eq!(truncated_decimal(50, &[0x04, 0x29]), [0x04, 0x1a], "10.65 becomes 10.50");
    }
}
