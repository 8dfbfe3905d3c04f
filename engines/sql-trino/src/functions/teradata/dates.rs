//! `to_char(timestamp, format) → varchar`, `to_date(string, format) → date`,
//! `to_timestamp(string, format) → timestamp(3)`: by Teradata's patterns.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Date32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::datetime::pattern::{Part, Pattern};
use super::super::datetime::zone::Zone;
use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("to_char")
            .takes(&[Type::Timestamp, Type::Varchar], Type::Varchar, print)
            .takes(&[Type::TimestampTz, Type::Varchar], Type::Varchar, print)
            .finish(),
        Function::named("to_date")
            .takes(&[Type::Varchar, Type::Varchar], Type::Date, date)
            .finish(),
        Function::named("to_timestamp")
            .takes(&[Type::Varchar, Type::Varchar], Type::Timestamp, timestamp)
            .finish(),
    ]
}

fn print(rows: &Rows) -> Result<ArrayRef> {
    let (times, patterns) = (rows.instant(0)?, rows.text(1));
    let zone = times.zone.map_or_else(|| Zone::parse("UTC"), Ok)?;
    let mut compiled = Memo::default();
    rows.varchars(|row| {
        let pattern = compiled.get(patterns.at(row), compile)?;
        Ok(Some(pattern.print(times.local(row)?, zone)))
    })
}

fn date(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.make::<Date32Type>(|row| {
        let pattern = compiled.get(patterns.at(row), compile)?;
        let (time, _) = pattern.read(texts.at(row))?;
        Ok(Some(time.date().to_epoch_days()))
    })
}

fn timestamp(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let mut compiled = Memo::default();
    rows.instants(|row| {
        let pattern = compiled.get(patterns.at(row), compile)?;
        let (time, _) = pattern.read(texts.at(row))?;
        Ok(Some(time.and_utc().timestamp_micros()))
    })
}

/// The words of a pattern, longer ones first.
const WORDS: [(&str, Part); 8] = [
    ("hh24", Part::Hour(2)),
    ("yyyy", Part::Year(4)),
    ("yy", Part::YearShort),
    ("mm", Part::Month(2)),
    ("dd", Part::Day(2)),
    ("hh", Part::HalfDayClockHour(2)),
    ("mi", Part::Minute(2)),
    ("ss", Part::Second(2)),
];

fn compile(pattern: &str) -> Result<Pattern> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let word = WORDS.iter().find(|(word, _)| {
            rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        });
        match word {
            Some((word, part)) => {
                parts.push(part.clone());
                rest = &rest[word.len()..];
            }
            None if "-/,.;: ".contains(first) => {
                parts.push(Part::Literal(first.to_string()));
                rest = &rest[1..];
            }
            None => {
                let place = pattern.len() - rest.len();
                return Err(invalid_argument(format!(
                    "Failed to tokenize string [{pattern}] at offset [{place}]"
                )));
            }
        }
    }
    Ok(Pattern(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let pattern = compile("yyyy/mm/dd hh24:mi:ss").unwrap();
        let (time, _) = pattern.read("1988/04/08 02:03:04").unwrap();
        assert_eq!(time.to_string(), "1988-04-08 02:03:04");
        let zone = Zone::parse("UTC").unwrap();
        assert_eq!(compile("DD-MM-YY;hh").unwrap().print(time, zone), "08-04-88;02");
        assert!(compile("yyyy T").is_err());
    }
}
