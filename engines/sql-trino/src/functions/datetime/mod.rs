//! Dates and times. Field functions (`year`, `hour` …) take dates and timestamps with or without a
//! zone; of a zoned timestamp they see the wall clock there.

mod at_timezone;
mod current_timezone;
mod date;
mod date_add;
mod date_diff;
mod date_format;
mod date_parse;
mod date_trunc;
mod durations;
mod fields;
mod format_datetime;
mod from_iso8601_date;
mod from_iso8601_timestamp;
mod from_unixtime;
mod from_unixtime_nanos;
mod iso;
mod java;
mod last_day_of_month;
mod localtimestamp;
mod mysql;
mod parse_datetime;
pub(super) mod pattern;
mod timezone;
mod to_iso8601;
mod to_unixtime;
mod unit;
pub(crate) mod zone;

use chrono::NaiveDate;
use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![
        at_timezone::function(),
        at_timezone::with_timezone(),
        current_timezone::function(),
        date::function(),
        date_add::function(),
        date_diff::function(),
        date_format::function(),
        date_parse::function(),
        date_trunc::function(),
        format_datetime::function(),
        from_iso8601_date::function(),
        from_iso8601_timestamp::function(),
        from_unixtime::function(),
        from_unixtime_nanos::function(),
        last_day_of_month::function(),
        localtimestamp::function(),
        parse_datetime::function(),
        timezone::function(),
        to_iso8601::function(),
        to_unixtime::function(),
    ];
    all.extend(durations::all());
    all.extend(fields::all());
    all
}

/// Days since the epoch, as date columns keep them.
fn days(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}
