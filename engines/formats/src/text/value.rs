//! Reads single values from their text. Every function answers `None` for what is not of its
//! type; what that means is the caller's rule. Blanks around numbers do not matter.

/// `true` and `false` in any case.
pub(crate) fn boolean(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// A whole number in decimal digits with an optional sign.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    // Eighteen digits always fit; longer numbers need checks.
    if digits.len() <= 18 {
        let mut value = 0i64;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return integer_trimmed(text);
            }
            value = value * 10 + i64::from(digit);
        }
        return Some(if negative { -value } else { value });
    }
    integer_trimmed(text)
}

#[cold]
fn integer_trimmed(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

/// A floating number as Java reads one: `NaN`, `Infinity` and a type suffix are understood.
pub(crate) fn double(text: &[u8]) -> Option<f64> {
    if let Some(value) = short_decimal(text) {
        return Some(value);
    }
    java_number(text)?.parse().ok()
}

/// As [`double`], rounded once to single precision.
pub(crate) fn float(text: &[u8]) -> Option<f32> {
    java_number(text)?.parse().ok()
}

/// The part of a number's text that Rust reads as Java would.
fn java_number(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    match bare.as_bytes().first()? {
        b'0'..=b'9' | b'.' => {}
        _ if matches!(bare, "NaN" | "Infinity") => {}
        // `inf` and `nan` in other spellings are words to Java.
        _ => return None,
    }
    Some(match text.as_bytes() {
        [.., b'0'..=b'9' | b'.', b'd' | b'D' | b'f' | b'F'] => &text[..text.len() - 1],
        _ => text,
    })
}

/// Numbers of at most 15 digits and 22 decimal places, the great majority: both the digits and
/// the power of ten are exact doubles, so one division rounds as it must.
fn short_decimal(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut value = 0u64;
    let mut point = None;
    for (i, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
        } else if *byte == b'.' && point.is_none() {
            point = Some(i);
        } else {
            return None;
        }
    }
    let places = point.map_or(0, |p| digits.len() - 1 - p);
    if value >= 1 << 53 || digits.len() - usize::from(point.is_some()) == 0 {
        return None;
    }
    let magnitude = value as f64 / POWERS[places];
    Some(if negative { -magnitude } else { magnitude })
}

/// A decimal's digits as an integer scaled by `scale`, rounded half up; `None` if it does not
/// fit `precision`. Exponents are understood.
pub(crate) fn decimal(text: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let text = text.trim_ascii();
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&rest[..at], i32::try_from(integer(&rest[at + 1..])?).ok()?),
        None => (rest, 0),
    };
    let point = mantissa.iter().position(|b| *b == b'.').unwrap_or(mantissa.len());
    // Digits at or beyond this index of the point-free mantissa fall below the scale.
    let keep = point as i64 + i64::from(exponent) + i64::from(scale);
    let mut value = 0i128;
    let mut seen = 0i64;
    let mut round_up = false;
    for (i, byte) in mantissa.iter().enumerate() {
        if i == point {
            continue;
        }
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        if seen < keep {
            value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
        } else if seen == keep {
            round_up = digit >= 5;
        }
        seen += 1;
    }
    if seen == 0 {
        return None;
    }
    // Zeroes the text leaves out; a value of zero needs none of them.
    if value != 0 {
        let missing = keep - seen;
        if missing > 38 {
            return None;
        }
        for _ in 0..missing.max(0) {
            value = value.checked_mul(10)?;
        }
    }
    value += i128::from(round_up);
    if value >= 10i128.checked_pow(u32::from(precision))? {
        return None;
    }
    Some(if negative { -value } else { value })
}

/// Days since the epoch of `yyyy-MM-dd`; a time after it is dropped.
pub(crate) fn date(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    let (days, rest) = leading_date(text)?;
    matches!(rest, [] | [b' ' | b'T', ..]).then_some(days)
}

/// Microseconds since the epoch of `yyyy-MM-dd[ HH:mm[:ss[.f…]]]`, `T` for the blank and a
/// trailing `Z` or offset being understood as well.
pub(crate) fn timestamp(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (days, rest) = leading_date(text)?;
    let midnight = i64::from(days) * 86_400_000_000;
    let rest = match rest {
        [] => return Some(midnight),
        [b' ' | b'T', rest @ ..] => rest,
        _ => return None,
    };
    let (hour, rest) = number(rest, 1, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 1, 2)?;
    let (second, rest) = match rest {
        [b':', rest @ ..] => number(rest, 1, 2)?,
        _ => (0, rest),
    };
    // Leap seconds exist in no table format.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (micros, rest) = match rest {
        [b'.', rest @ ..] => fraction(rest)?,
        _ => (0, rest),
    };
    let offset = offset_minutes(rest)?;
    Some(midnight + (((hour * 60 + minute - offset) * 60) + second) * 1_000_000 + micros)
}

/// Microseconds of the digits after a decimal point, further ones dropped.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let mut micros = 0;
    for place in text[..digits].iter().chain(b"000000").take(6) {
        micros = micros * 10 + i64::from(place - b'0');
    }
    Some((micros, &text[digits..]))
}

/// `Z`, `UTC`, `+hh:mm`, `+hhmm`, `+hh` or nothing.
fn offset_minutes(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text.trim_ascii_start() {
        [] | b"Z" | b"z" | b"UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2, 2)?;
    let minutes = match rest {
        [] => 0,
        [b':', rest @ ..] | rest => number(rest, 2, 2).filter(|(_, rest)| rest.is_empty())?.0,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn leading_date(text: &[u8]) -> Option<(i32, &[u8])> {
    let (year, rest) = number(text, 4, 4)?;
    let (month, rest) = number(rest.strip_prefix(b"-")?, 1, 2)?;
    let (day, rest) = number(rest.strip_prefix(b"-")?, 1, 2)?;
    Some((days(year, month, day)?, rest))
}

/// A number of `min` to `max` digits, and what follows.
fn number(text: &[u8], min: usize, max: usize) -> Option<(i64, &[u8])> {
    let mut value = 0;
    let mut length = 0;
    while length < max && text.get(length).is_some_and(u8::is_ascii_digit) {
        value = value * 10 + i64::from(text[length] - b'0');
        length += 1;
    }
    (length >= min).then(|| (value, &text[length..]))
}

/// Days from the epoch to a day of the (proleptic) Gregorian calendar, if there is such a day.
fn days(year: i64, month: i64, day: i64) -> Option<i32> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = LENGTHS.get(usize::try_from(month - 1).ok()?)?;
    if day < 1 || day > length + i64::from(leap && month == 2) {
        return None;
    }
    // Years counted from March end with the leap day, so that months need no table.
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = y.div_euclid(400);
    let in_era = y.rem_euclid(400);
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    let day_of_era = in_era * 365 + in_era / 4 - in_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) as i32)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn integers() {
        for (text, want) in [
            ("0", Some(0)),
            ("-12", Some(-12)),
            ("+7", Some(7)),
            (" 42 ", Some(42)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("1e3", None),
            ("12a", None),
            ("١", None),
        ] {
            assert_eq!(integer(text.as_bytes()), want, "{text:?}");
        }
    }

    #[test]
    fn doubles() {
        for (text, want) in [
            ("1", Some(1.0)),
            ("-1.5", Some(-1.5)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("0.1", Some(0.1)),
            ("123456789.123456", Some(123_456_789.123_456)),
            ("1e-7", Some(1e-7)),
            (" 2.5 ", Some(2.5)),
            ("1.5f", Some(1.5)),
            ("9007199254740993", Some(9007199254740993.0)),
            ("Infinity", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("inf", None),
            ("nan", None),
            (".", None),
            ("-", None),
            ("", None),
            ("1,5", None),
            ("1.2.3", None),
        ] {
            assert_eq!(double(text.as_bytes()), want, "{text:?}");
        }
        assert!(double(b"NaN").unwrap().is_nan());
        assert!(double(b"-0").unwrap().is_sign_negative());
    }

    #[test]
    fn decimals() {
        for (text, p, s, want) in [
            ("1.23", 5, 2, Some(123)),
            ("1.235", 5, 2, Some(124)),
            ("-1.235", 5, 2, Some(-124)),
            ("1.2", 5, 2, Some(120)),
            ("12", 5, 0, Some(12)),
            ("0.005", 5, 2, Some(1)),
            ("0.0049", 5, 2, Some(0)),
            ("999.995", 5, 2, None),
            ("1000", 5, 2, None),
            ("1.5e2", 5, 1, Some(1500)),
            ("15e-1", 5, 1, Some(15)),
            ("0e999999", 5, 1, Some(0)),
            ("1e999999", 5, 1, None),
            ("1e-999999", 5, 1, Some(0)),
            ("", 5, 2, None),
            (".", 5, 2, None),
            ("1.2.3", 5, 2, None),
            ("abc", 5, 2, None),
            ("99999999999999999999999999999999999999", 38, 0, Some(10i128.pow(38) - 1)),
            ("999999999999999999999999999999999999999", 38, 0, None),
        ] {
            assert_eq!(decimal(text.as_bytes(), p, s), want, "{text:?}");
        }
    }

    #[test]
    fn dates_and_timestamps() {
        for day in -800_000..800_000 {
            if day % 997 != 0 {
                continue;
            }
            let date = NaiveDate::from_num_days_from_ce_opt(day + 719_163).unwrap();
            if (0..=9999).contains(&date.year()) {
                assert_eq!(super::date(date.to_string().as_bytes()), Some(day), "{date}");
            }
        }
        for (text, want) in [
            ("1970-01-02", Some(86_400_000_000)),
            ("1970-01-01 00:00:01", Some(1_000_000)),
            ("1970-01-01T00:00:01.5", Some(1_500_000)),
            ("1970-01-01 00:00:00.123456789", Some(123_456)),
            ("1970-01-01 01:00:00+01:00", Some(0)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-01 00:01", Some(60_000_000)),
            ("1969-12-31 23:59:59.999", Some(-1_000)),
            ("1970-01-01 24:00:00", None),
            ("1970-02-30", None),
            ("2023-02-29", None),
            ("1970-01-01 00:00:00 x", None),
            ("1970-13-01", None),
            ("70-01-01", None),
            ("19700101", None),
            ("", None),
        ] {
            assert_eq!(timestamp(text.as_bytes()), want, "{text:?}");
        }
        assert!(date(b"2024-02-29").is_some());
        assert_eq!(date(b"1970-01-01 10:00:00"), Some(0));
        assert_eq!(date(b"1970-01-01x"), None);
    }
}
