//! Reading ISO 8601 dates and times: calendar, ordinal and week dates, a time with a fraction and
//! an offset.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::zone::{Zone, offset_seconds};

/// `2024`, `2024-02`, `2024-02-03`, `2024-034`, `2024-W05`, `2024-W05-6`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = unsigned.split('-');
    let year: i32 = number(parts.next()?, 4, 6)?;
    let year = if negative { -year } else { year };
    let Some(second) = parts.next() else { return NaiveDate::from_ymd_opt(year, 1, 1) };
    let third = parts.next();
    if parts.next().is_some() {
        return None;
    }
    if let Some(week) = second.strip_prefix('W') {
        let week = number(week, 2, 2)?;
        let day: u8 = third.map_or(Some(1), |day| number(day, 1, 1))?;
        let weekday = Weekday::try_from(day.checked_sub(1)?).ok()?;
        return NaiveDate::from_isoywd_opt(year, week, weekday);
    }
    match (second.len(), third) {
        (3, None) => NaiveDate::from_yo_opt(year, number(second, 3, 3)?),
        (2, day) => {
            let day = day.map_or(Some(1), |day| number(day, 2, 2))?;
            NaiveDate::from_ymd_opt(year, number(second, 2, 2)?, day)
        }
        _ => None,
    }
}

/// A date, optionally `T` and a time, optionally an offset.
pub(super) fn timestamp(text: &str) -> Option<(NaiveDateTime, Option<Zone>)> {
    let Some((day, time)) = text.split_once('T') else {
        return Some((date(text)?.and_time(NaiveTime::MIN), None));
    };
    // `T` alone after a date is not a time.
    let day = date(day)?;
    let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(at);
    let zone = match zone {
        "" => None,
        "Z" => Some(Zone::Place(chrono_tz::UTC)),
        offset => Some(Zone::Fixed(chrono::FixedOffset::east_opt(offset_seconds(offset)?)?)),
    };
    Some((day.and_time(NaiveTime::MIN) + time_of_day(clock)?, zone))
}

/// `10`, `10:20`, `10:20:30`, `10:20:30.123456`.
fn time_of_day(text: &str) -> Option<Duration> {
    let (text, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = text.split(':');
    let hour: i64 = number(parts.next()?, 2, 2)?;
    let minute: i64 = parts.next().map_or(Some(0), |part| number(part, 2, 2))?;
    let second: i64 = parts.next().map_or(Some(0), |part| number(part, 2, 2))?;
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    let nanos: i64 = if fraction.is_empty() {
        0
    } else {
        let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        number(&digits, 9, 9)?
    };
    let whole = hour * 3600 + minute * 60 + second;
    (whole < 86_400 || (whole == 86_400 && nanos == 0))
        .then(|| Duration::seconds(whole) + Duration::nanoseconds(nanos))
}

fn number<T: std::str::FromStr>(text: &str, least: usize, most: usize) -> Option<T> {
    let digits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_their_forms() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 3);
        assert_eq!(date("2024-02-03"), day);
        assert_eq!(date("2024-034"), day);
        assert_eq!(date("2024-W05-6"), day);
        assert_eq!(date("2024-2-3"), None);
        assert_eq!(date("2024-02-30"), None);
        assert_eq!(date("2024-02-03-01"), None);
    }

    #[test]
    fn times_with_offsets() {
        let (time, zone) = timestamp("2024-02-03T10:20:30.5+01:00").unwrap();
        assert_eq!(zone.unwrap().instant(time).to_string(), "2024-02-03 09:20:30.500");
        assert_eq!(timestamp("2024-02-03").unwrap().1, None);
        assert_eq!(timestamp("2024-02-03T25:00"), None);
        assert_eq!(timestamp("2024-02-03T"), None);
    }
}
