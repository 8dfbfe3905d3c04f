//! `sequence(start, stop[, step]) → array`, of bigints, dates and timestamps; both ends included.
//! Without a step it goes by one, or by one day, towards the stop.

use std::sync::Arc;

use chrono::{Duration, Months, NaiveDateTime};
use datafusion::arrow::array::{
    ArrayRef, AsArray, Date32Builder, Int64Builder, ListBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit, TimeUnit,
};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, list_of};

const ENTRIES_MAX: usize = 10_000;

pub(super) fn function() -> ScalarUDF {
    Function::named("sequence")
        .takes_any("bigint, bigint[, bigint]", longs, of_longs)
        .takes_any("date, date[, interval]", dates, of_times)
        .takes_any("timestamp(p), timestamp(p)[, interval]", timestamps, of_times)
        .finish()
}

fn longs(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let fit = (2..=3).contains(&given.len()) && given.iter().all(|t| t.is_integer() || t.is_null());
    fit.then(|| (vec![DataType::Int64; given.len()], list_of(DataType::Int64)))
}

fn times(given: &[DataType], time: DataType) -> Option<(Vec<DataType>, DataType)> {
    let mut types = vec![time.clone(), time.clone()];
    match given.get(2..)? {
        [] => {}
        [DataType::Interval(_) | DataType::Duration(_)] => {
            types.push(DataType::Interval(IntervalUnit::MonthDayNano));
        }
        _ => return None,
    }
    Some((types, list_of(time)))
}

fn dates(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let fit = given.len() >= 2 && given[..2].iter().all(|t| *t == DataType::Date32);
    if fit { times(given, DataType::Date32) } else { None }
}

fn timestamps(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let is_time = |t: &DataType| matches!(t, DataType::Timestamp(_, None) | DataType::Date32);
    let fit = given.len() >= 2
        && given[..2].iter().all(is_time)
        && given[..2].iter().any(|t| *t != DataType::Date32);
    if fit { times(given, DataType::Timestamp(TimeUnit::Microsecond, None)) } else { None }
}

fn too_many() -> DataFusionError {
    invalid_argument(format!(
        "result of sequence function must not have more than {ENTRIES_MAX} entries"
    ))
}

fn wrong_way() -> DataFusionError {
    invalid_argument(
        "sequence stop value should be greater than or equal to start value if step is greater \
         than zero otherwise stop should be less than or equal to start",
    )
}

fn of_longs(rows: &Rows) -> Result<ArrayRef> {
    let (starts, stops) = (rows.long(0), rows.long(1));
    let steps = (rows.arguments() == 3).then(|| rows.long(2));
    let mut builder = ListBuilder::new(Int64Builder::new());
    for row in 0..rows.len() {
        if rows.skips(row) {
            builder.append_null();
            continue;
        }
        let (start, stop) = (starts.at(row), stops.at(row));
        let step = steps.as_ref().map_or(if stop >= start { 1 } else { -1 }, |s| s.at(row));
        if step == 0 {
            return Err(invalid_argument("step must not be zero"));
        }
        if (step > 0) != (stop >= start) && stop != start {
            return Err(wrong_way());
        }
        let count = (i128::from(stop) - i128::from(start)) / i128::from(step) + 1;
        if count > ENTRIES_MAX as i128 {
            return Err(too_many());
        }
        for n in 0..count {
            let value = i128::from(start) + n * i128::from(step);
            builder.values().append_value(i64::try_from(value).expect("between the two ends"));
        }
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}

fn of_times(rows: &Rows) -> Result<ArrayRef> {
    let (starts, stops) = (rows.instant(0)?, rows.instant(1)?);
    let steps = match rows.arguments() {
        3 => Some(cast(rows.array(2), &DataType::Interval(IntervalUnit::MonthDayNano))?),
        _ => None,
    };
    let mut entries: Vec<Option<Vec<NaiveDateTime>>> = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        if rows.skips(row) {
            entries.push(None);
            continue;
        }
        let (start, stop) = (starts.local(row)?, stops.local(row)?);
        let step = match &steps {
            Some(steps) => {
                steps.as_primitive::<IntervalMonthDayNanoType>().value(rows.index(2, row))
            }
            None => IntervalMonthDayNano::new(0, if stop >= start { 1 } else { -1 }, 0),
        };
        entries.push(Some(walk(start, stop, step)?));
    }
    if rows.data_type(0) == &DataType::Date32 {
        let mut builder = ListBuilder::new(Date32Builder::new());
        for entry in entries {
            builder.append_option(entry.map(|times| {
                let days = |at: NaiveDateTime| at.date().to_epoch_days();
                times.into_iter().map(move |at| Some(days(at))).collect::<Vec<_>>()
            }));
        }
        return Ok(Arc::new(builder.finish()));
    }
    let mut builder = ListBuilder::new(TimestampMicrosecondBuilder::new());
    for entry in entries {
        builder.append_option(entry.map(|times| {
            times.into_iter().map(|at| Some(at.and_utc().timestamp_micros())).collect::<Vec<_>>()
        }));
    }
    Ok(Arc::new(builder.finish()))
}

fn walk(
    start: NaiveDateTime,
    stop: NaiveDateTime,
    step: IntervalMonthDayNano,
) -> Result<Vec<NaiveDateTime>> {
    let at = |count: i32| moved(start, step, count);
    let first = at(1).ok_or_else(too_many)?;
    if first == start {
        return Err(invalid_argument("step must not be zero"));
    }
    let upwards = first > start;
    if start != stop && upwards != (stop > start) {
        return Err(wrong_way());
    }
    let mut times = vec![start];
    for count in 1.. {
        // Each counts from the start, so the ends of months do not wear down.
        let next = at(count).ok_or_else(too_many)?;
        if if upwards { next > stop } else { next < stop } {
            break;
        }
        times.push(next);
        if times.len() > ENTRIES_MAX {
            return Err(too_many());
        }
    }
    Ok(times)
}

fn moved(start: NaiveDateTime, step: IntervalMonthDayNano, count: i32) -> Option<NaiveDateTime> {
    let months = step.months.checked_mul(count)?;
    let size = Months::new(months.unsigned_abs());
    let at =
        if months < 0 { start.checked_sub_months(size) } else { start.checked_add_months(size) };
    let days = Duration::try_days(i64::from(step.days).checked_mul(i64::from(count))?)?;
    let nanos = Duration::nanoseconds(step.nanoseconds.checked_mul(i64::from(count))?);
    at?.checked_add_signed(days)?.checked_add_signed(nanos)
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};

    use super::*;

    #[test]
    fn months_count_from_the_start() {
        let day = |m, d| NaiveDate::from_ymd_opt(2024, m, d).unwrap().and_time(NaiveTime::MIN);
        let step = IntervalMonthDayNano::new(1, 0, 0);
        let found = walk(day(1, 31), day(4, 30), step).unwrap();
        assert_eq!(found, [day(1, 31), day(2, 29), day(3, 31), day(4, 30)]);
        assert!(walk(day(4, 30), day(1, 31), step).is_err());
        assert!(walk(day(1, 1), day(2, 1), IntervalMonthDayNano::new(0, 0, 1)).is_err());
    }
}
