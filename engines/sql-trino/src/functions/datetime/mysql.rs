//! MySQL's date patterns, of `date_format` and `date_parse`.

use datafusion::common::Result;

use super::super::error::invalid_argument;
use super::pattern::{Part, Pattern};

/// Compiles a pattern such as `%Y-%m-%d %H:%i:%s`. A `%` before any other character stands for
/// that character.
pub(super) fn compile(pattern: &str) -> Result<Pattern> {
    // The two compound fields stand for patterns of their own.
    let pattern = compound(pattern);
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let field = match if c == '%' { chars.next() } else { None } {
            None => {
                literal.push(c);
                continue;
            }
            Some('a') => Part::WeekdayShort,
            Some('b') => Part::MonthShort,
            Some('c') => Part::Month(1),
            Some('d') => Part::Day(2),
            Some('e') => Part::Day(1),
            Some('f') => Part::Fraction(6),
            Some('H') => Part::Hour(2),
            Some('h' | 'I') => Part::HalfDayClockHour(2),
            Some('i') => Part::Minute(2),
            Some('j') => Part::DayOfYear(3),
            Some('k') => Part::Hour(1),
            Some('l') => Part::HalfDayClockHour(1),
            Some('M') => Part::MonthLong,
            Some('m') => Part::Month(2),
            Some('p') => Part::HalfDay,
            Some('S' | 's') => Part::Second(2),
            Some('v') => Part::Week(2),
            Some('W') => Part::WeekdayLong,
            Some('x') => Part::WeekYear(4),
            Some('Y') => Part::Year(4),
            Some('y') => Part::YearShort,
            Some(c @ ('D' | 'U' | 'u' | 'V' | 'w' | 'X')) => {
                return Err(invalid_argument(format!("%{c} not supported in date format string")));
            }
            Some(other) => {
                literal.push(other);
                continue;
            }
        };
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(field);
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Pattern(parts))
}

fn compound(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match if c == '%' { chars.next() } else { None } {
            None => out.push(c),
            Some('r') => out.push_str("%h:%i:%s %p"),
            Some('T') => out.push_str("%H:%i:%s"),
            Some(other) => out.extend(['%', other]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, pattern: &str) -> String {
        match compile(pattern).and_then(|pattern| pattern.read(text)) {
            Ok((time, _)) => time.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn reading() {
        assert_eq!(read("2024-1-5 13:07:09", "%Y-%m-%d %T"), "2024-01-05 13:07:09");
        assert_eq!(read("05/Jan/24 12:00:00 am", "%d/%b/%y %r"), "2024-01-05 00:00:00");
        assert_eq!(read("20240105.5", "%Y%m%d.%f"), "2024-01-05 00:00:00.500");
        assert_eq!(read("10:20", "%H:%i"), "1970-01-01 10:20:00");
        assert_eq!(read("02-29", "%m-%d"), "2000-02-29 00:00:00");
        assert!(read("2024", "%Y-%m").ends_with("Invalid format: \"2024\" is too short"));
        assert!(read("2024x", "%Y-%m").ends_with("\"2024x\" is malformed at \"x\""));
        assert!(read("2024-13", "%Y-%m").ends_with("monthOfYear must be in the range [1,12]"));
        assert!(read("2023-02-29", "%Y-%m-%d").ends_with("must be in the range [1,28]"));
        assert!(read("x", "%V").ends_with("%V not supported in date format string"));
    }

    #[test]
    fn printing() {
        let time = chrono::NaiveDate::from_ymd_opt(2024, 1, 5).unwrap();
        let time = time.and_hms_milli_opt(13, 7, 9, 45).unwrap();
        let zone = super::super::zone::Zone::parse("UTC").unwrap();
        let print = |pattern| compile(pattern).unwrap().print(time, zone);
        assert_eq!(print("%a %b %c %d %e %f"), "Fri Jan 1 05 5 045000");
        assert_eq!(print("%h %I %i %j %k %l"), "01 01 07 005 13 1");
        assert_eq!(
            print("%M %p %r %s %v %W %x %y %% %q"),
            "January PM 01:07:09 PM 09 01 Friday 2024 24 % q"
        );
    }
}
