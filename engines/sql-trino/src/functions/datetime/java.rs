//! Java's date patterns, of `format_datetime` and `parse_datetime`.

use datafusion::common::Result;

use super::super::error::invalid_argument;
use super::pattern::{Part, Pattern};

/// Compiles a pattern such as `yyyy-MM-dd'T'HH:mm:ss`. Letters are fields, quoted text and all
/// else stand for themselves.
pub(super) fn compile(pattern: &str) -> Result<Pattern> {
    if pattern.is_empty() {
        return Err(invalid_argument("Invalid pattern specification"));
    }
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            rest = quoted(&rest[1..], &mut literal)?;
        } else if c.is_ascii_alphabetic() {
            let count = rest.chars().take_while(|next| *next == c).count();
            rest = &rest[count..];
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(field(c, count)?);
        } else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Pattern(parts))
}

/// Reads quoted text up to its end; two quotes are one, also outside.
fn quoted<'a>(text: &'a str, literal: &mut String) -> Result<&'a str> {
    if let Some(rest) = text.strip_prefix('\'') {
        literal.push('\'');
        return Ok(rest);
    }
    let mut rest = text;
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(invalid_argument("Invalid format: missing closing quote"));
        };
        literal.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                literal.push('\'');
                rest = more;
            }
            None => return Ok(rest),
        }
    }
}

fn field(letter: char, count: usize) -> Result<Part> {
    // Widths beyond this say nothing and only cost memory.
    let width = count.min(20);
    Ok(match letter {
        'G' => Part::Era,
        'C' => Part::Century(width),
        'Y' | 'y' if count == 2 => Part::YearShort,
        'Y' | 'y' => Part::Year(width),
        'x' => Part::WeekYear(width),
        'w' => Part::Week(width),
        'e' => Part::Weekday(width),
        'E' if count >= 4 => Part::WeekdayLong,
        'E' => Part::WeekdayShort,
        'D' => Part::DayOfYear(width),
        'M' if count >= 4 => Part::MonthLong,
        'M' if count == 3 => Part::MonthShort,
        'M' => Part::Month(width),
        'd' => Part::Day(width),
        'a' => Part::HalfDay,
        'K' => Part::HalfDayHour(width),
        'h' => Part::HalfDayClockHour(width),
        'H' => Part::Hour(width),
        'k' => Part::ClockHour(width),
        'm' => Part::Minute(width),
        's' => Part::Second(width),
        'S' => Part::Fraction(width),
        'z' => Part::ZoneName,
        'Z' if count == 1 => Part::Offset,
        'Z' if count == 2 => Part::OffsetColon,
        'Z' => Part::ZoneName,
        other => return Err(invalid_argument(format!("Illegal pattern component: {other}"))),
    })
}
