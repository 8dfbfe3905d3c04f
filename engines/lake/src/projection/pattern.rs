//! Patterns of dates in the letters of Java's `DateTimeFormatter`, as far as paths use them:
//! numbers of years, months, days, hours, minutes, seconds and fractions, names of months, and
//! text between.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use super::date::DateUnit;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Literal(String),
    /// A letter and how often it stands.
    Field(Field, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Year,
    Month,
    DayOfYear,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

impl DatePattern {
    /// Reads a pattern; none if it has letters unknown here.
    pub fn new(text: &str) -> Option<Self> {
        let mut items: Vec<Item> = Vec::new();
        let mut literal = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\'' {
                if chars.next_if_eq(&'\'').is_some() {
                    literal.push('\'');
                    continue;
                }
                loop {
                    match chars.next()? {
                        '\'' if chars.next_if_eq(&'\'').is_some() => literal.push('\''),
                        '\'' => break,
                        other => literal.push(other),
                    }
                }
                continue;
            }
            if !c.is_ascii_alphabetic() {
                literal.push(c);
                continue;
            }
            let mut count = 1;
            while chars.next_if_eq(&c).is_some() {
                count += 1;
            }
            let field = match (c, count) {
                ('y' | 'u', 1..=9) => Field::Year,
                ('M' | 'L', 1..=4) => Field::Month,
                ('D', 1..=3) => Field::DayOfYear,
                ('d', 1..=2) => Field::Day,
                ('H', 1..=2) => Field::Hour,
                ('m', 1..=2) => Field::Minute,
                ('s', 1..=2) => Field::Second,
                ('S', 1..=9) => Field::Fraction,
                _ => return None,
            };
            if !literal.is_empty() {
                items.push(Item::Literal(std::mem::take(&mut literal)));
            }
            items.push(Item::Field(field, count));
        }
        if !literal.is_empty() {
            items.push(Item::Literal(literal));
        }
        items.iter().any(|item| matches!(item, Item::Field(..))).then_some(Self { items })
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        self.items.iter().filter_map(|item| match item {
            Item::Field(field, _) => Some(*field),
            Item::Literal(_) => None,
        })
    }

    /// The unit of its finest part.
    pub fn precision(&self) -> DateUnit {
        match self.fields().max() {
            Some(Field::Month) => DateUnit::Months,
            Some(Field::Day | Field::DayOfYear) => DateUnit::Days,
            Some(Field::Hour) => DateUnit::Hours,
            Some(Field::Minute) => DateUnit::Minutes,
            Some(Field::Second) => DateUnit::Seconds,
            Some(Field::Fraction) => DateUnit::Millis,
            Some(Field::Year) | None => DateUnit::Years,
        }
    }

    /// Whether later moments are spelled as greater texts: coarse parts first, widths fixed.
    pub(super) fn is_ordered(&self) -> bool {
        let fields: Vec<Field> = self.fields().collect();
        let fixed = self.items.iter().all(|item| match item {
            Item::Field(Field::Year, count) => *count >= 4,
            Item::Field(Field::Month, count) => *count == 2,
            Item::Field(Field::DayOfYear, count) => *count == 3,
            Item::Field(Field::Fraction, _) => true,
            Item::Field(_, count) => *count == 2,
            Item::Literal(_) => true,
        });
        fixed && fields.first() == Some(&Field::Year) && fields.is_sorted()
    }

    /// A moment's text.
    pub fn format(&self, at: NaiveDateTime) -> String {
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Literal(literal) => text.push_str(literal),
                Item::Field(Field::Year, 2) => {
                    text.push_str(&format!("{:02}", at.year().rem_euclid(100)));
                }
                Item::Field(Field::Month, 3) => text.push_str(&MONTHS[at.month0() as usize][..3]),
                Item::Field(Field::Month, 4) => text.push_str(MONTHS[at.month0() as usize]),
                Item::Field(Field::Fraction, count) => {
                    let nanos = format!("{:09}", at.nanosecond() % 1_000_000_000);
                    text.push_str(&nanos[..(*count).min(9)]);
                }
                Item::Field(field, count) => {
                    let number = match field {
                        Field::Year => i64::from(at.year()),
                        Field::Month => i64::from(at.month()),
                        Field::DayOfYear => i64::from(at.ordinal()),
                        Field::Day => i64::from(at.day()),
                        Field::Hour => i64::from(at.hour()),
                        Field::Minute => i64::from(at.minute()),
                        Field::Second | Field::Fraction => i64::from(at.second()),
                    };
                    text.push_str(&format!("{number:0>count$}"));
                }
            }
        }
        text
    }

    /// The moment as exactly as the pattern tells it.
    pub fn truncated(&self, at: NaiveDateTime) -> NaiveDateTime {
        self.parse(&self.format(at)).unwrap_or(at)
    }

    /// The moment a text stands for; parts that the pattern does not have are the first possible.
    pub fn parse(&self, text: &str) -> Option<NaiveDateTime> {
        let (mut year, mut month, mut day) = (1970i32, 1u32, 1u32);
        let mut day_of_year = None;
        let (mut hour, mut minute, mut second, mut nanos) = (0u32, 0u32, 0u32, 0u32);
        let mut rest = text;
        for (i, item) in self.items.iter().enumerate() {
            match item {
                Item::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
                Item::Field(Field::Month, width @ (3 | 4)) => {
                    let named = MONTHS.iter().enumerate().find_map(|(n, name)| {
                        let name = if *width == 3 { &name[..3] } else { name };
                        Some((n, rest.strip_prefix(name)?))
                    });
                    let (n, left) = named?;
                    month = n as u32 + 1;
                    rest = left;
                }
                Item::Field(field, width) => {
                    // A number that another follows directly is as wide as it is written.
                    let joined = matches!(self.items.get(i + 1), Some(Item::Field(..)));
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    let most = match (*field, *width) {
                        (Field::Year, 1 | 4..) if !joined => 9,
                        (Field::DayOfYear, _) if !joined => 3,
                        (_, 1) if !joined => 2,
                        (_, width) => width,
                    };
                    let taken = digits.min(most);
                    if taken < *width {
                        return None;
                    }
                    let (number, left) = rest.split_at(taken);
                    rest = left;
                    let value: u32 = number.parse().ok()?;
                    match field {
                        Field::Year => {
                            year = i32::try_from(value).ok()?;
                            if *width == 2 {
                                year += 2000;
                            }
                        }
                        Field::Month => month = value,
                        Field::DayOfYear => day_of_year = Some(value),
                        Field::Day => day = value,
                        Field::Hour => hour = value,
                        Field::Minute => minute = value,
                        Field::Second => second = value,
                        Field::Fraction => {
                            nanos =
                                value.checked_mul(10u32.pow(9u32.checked_sub(taken as u32)?))?;
                        }
                    }
                }
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let date = match day_of_year {
            Some(ordinal) => NaiveDate::from_yo_opt(year, ordinal)?,
            None => NaiveDate::from_ymd_opt(year, month, day)?,
        };
        date.and_hms_nano_opt(hour, minute, second, nanos)
    }
}
