//! The functions that read one field of a date or time: `year(x) → bigint` and its like. One file
//! for all, because each is one line.

use chrono::{Datelike, NaiveDateTime, Timelike};
use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Evaluate, Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        of_day("year", &[], |rows| read(rows, |at| at.year().into())),
        of_day("quarter", &[], |rows| read(rows, |at| (at.month0() / 3 + 1).into())),
        of_day("month", &[], |rows| read(rows, |at| at.month().into())),
        of_day("week", &["week_of_year"], |rows| read(rows, |at| at.iso_week().week().into())),
        of_day("year_of_week", &["yow"], |rows| read(rows, |at| at.iso_week().year().into())),
        of_day("day", &["day_of_month"], |rows| read(rows, |at| at.day().into())),
        of_day("day_of_week", &["dow"], |rows| {
            read(rows, |at| at.weekday().number_from_monday().into())
        }),
        of_day("day_of_year", &["doy"], |rows| read(rows, |at| at.ordinal().into())),
        of_time("hour", |rows| read(rows, |at| at.hour().into())),
        of_time("minute", |rows| read(rows, |at| at.minute().into())),
        of_time("second", |rows| read(rows, |at| at.second().into())),
        of_time("millisecond", |rows| read(rows, |at| (at.nanosecond() / 1_000_000).into())),
        Function::named("timezone_hour")
            .takes(&[Type::TimestampTz], Type::Bigint, |rows| offset(rows, |s| s / 3600))
            .finish(),
        Function::named("timezone_minute")
            .takes(&[Type::TimestampTz], Type::Bigint, |rows| offset(rows, |s| s / 60 % 60))
            .finish(),
    ]
}

fn of_day(name: &'static str, aliases: &[&str], evaluate: Evaluate) -> ScalarUDF {
    let function = Function::named(name)
        .takes(&[Type::Date], Type::Bigint, evaluate)
        .takes(&[Type::Timestamp], Type::Bigint, evaluate)
        .takes(&[Type::TimestampTz], Type::Bigint, evaluate);
    aliases.iter().fold(function, |function, alias| function.alias(alias)).finish()
}

fn of_time(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name)
        .takes(&[Type::Timestamp], Type::Bigint, evaluate)
        .takes(&[Type::TimestampTz], Type::Bigint, evaluate)
        .finish()
}

fn read(rows: &Rows, field: fn(&NaiveDateTime) -> i64) -> Result<ArrayRef> {
    let times = rows.instant(0)?;
    rows.longs(|row| Ok(Some(field(&times.local(row)?))))
}

fn offset(rows: &Rows, part: fn(i64) -> i64) -> Result<ArrayRef> {
    let times = rows.instant(0)?;
    rows.longs(|row| {
        let utc = chrono::DateTime::from_timestamp_micros(times.micros(row)).unwrap_or_default();
        let seconds = times.zone.map_or(0, |zone| zone.offset(utc.naive_utc()));
        Ok(Some(part(seconds.into())))
    })
}
