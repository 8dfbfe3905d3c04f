//! Values as text: what result files hold and what CAST to varchar answers.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, IntervalDayTimeType, IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

use crate::opaque::Opaque;
use crate::types::digits;

/// A value's text; `None` for NULL.
pub fn format_value(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return None;
    }
    let mut out = String::new();
    write_value(&mut out, array, row);
    Some(out)
}

/// Appends a value's text; NULL is `null`, as inside arrays, maps and rows.
pub fn write_value(out: &mut String, array: &dyn Array, row: usize) {
    if array.is_null(row) {
        out.push_str("null");
        return;
    }
    macro_rules! number {
        ($type:ty) => {{
            let _ = write!(out, "{}", array.as_primitive::<$type>().value(row));
        }};
    }
    macro_rules! decimal {
        ($type:ty, $p:expr, $s:expr) => {
            out.push_str(&<$type>::format_decimal(
                array.as_primitive::<$type>().value(row),
                *$p,
                *$s,
            ))
        };
    }
    if let Some(opaque) = Opaque::of(array.data_type()) {
        opaque.write(out, array, row);
        return;
    }
    match array.data_type() {
        DataType::Null => out.push_str("null"),
        DataType::Boolean => out.push_str(bool_text(array.as_boolean().value(row))),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => {
            write_double(out, array.as_primitive::<Float16Type>().value(row).to_f32().into());
        }
        DataType::Float32 => write_real(out, array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => write_double(out, array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(p, s) => decimal!(Decimal32Type, p, s),
        DataType::Decimal64(p, s) => decimal!(Decimal64Type, p, s),
        DataType::Decimal128(p, s) => decimal!(Decimal128Type, p, s),
        DataType::Decimal256(p, s) => decimal!(Decimal256Type, p, s),
        DataType::Utf8 => out.push_str(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => out.push_str(array.as_string::<i64>().value(row)),
        DataType::Utf8View => out.push_str(array.as_string_view().value(row)),
        DataType::Binary => write_bytes(out, array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => write_bytes(out, array.as_binary::<i64>().value(row)),
        DataType::BinaryView => write_bytes(out, array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => write_bytes(out, array.as_fixed_size_binary().value(row)),
        DataType::Date32 => write_date(out, array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => {
            let days = array.as_primitive::<Date64Type>().value(row).div_euclid(86_400_000);
            write_date(out, days);
        }
        DataType::Time32(_) | DataType::Time64(_) => write_time(out, array, row),
        DataType::Timestamp(unit, zone) => {
            write_timestamp(out, ticks(array, row), unit, zone.as_deref());
        }
        DataType::Duration(_) | DataType::Interval(_) => write_interval(out, array, row),
        DataType::List(_) => write_list(out, &array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => write_list(out, &array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => write_list(out, &array.as_fixed_size_list().value(row)),
        DataType::ListView(_) => write_list(out, &array.as_list_view::<i32>().value(row)),
        DataType::LargeListView(_) => write_list(out, &array.as_list_view::<i64>().value(row)),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            out.push('{');
            for (i, (field, column)) in fields.iter().zip(columns).enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                out.push_str(field.name());
                out.push('=');
                write_value(out, column, row);
            }
            out.push('}');
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            out.push('{');
            for i in 0..entries.len() {
                out.push_str(if i > 0 { ", " } else { "" });
                write_value(out, entries.column(0), i);
                out.push('=');
                write_value(out, entries.column(1), i);
            }
            out.push('}');
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = dictionary.normalized_keys()[row];
            write_value(out, dictionary.values(), key);
        }
        // No column of a result is of these.
        DataType::RunEndEncoded(..) | DataType::Union(..) => out.push('?'),
    }
}

fn bool_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The shortest digits that read back as the same number, in Java's notation: plain from 10⁻³ to
/// 10⁷, otherwise with an exponent.
pub(crate) fn write_double(out: &mut String, value: f64) {
    write_float(out, value, format_args!("{value:e}"));
}

/// As [`write_double`], with the digits a `real` needs.
pub(crate) fn write_real(out: &mut String, value: f32) {
    write_float(out, value.into(), format_args!("{value:e}"));
}

fn write_float(out: &mut String, value: f64, scientific: std::fmt::Arguments<'_>) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else if value == 0.0 {
        out.push_str(if value.is_sign_negative() { "-0.0" } else { "0.0" });
    } else {
        let text = scientific.to_string();
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let (sign, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", mantissa),
        };
        let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
        out.push_str(sign);
        if (-3..7).contains(&exponent) {
            write_plain(out, &digits, exponent);
        } else {
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { "0" } else { rest };
            let _ = write!(out, "{first}.{rest}E{exponent}");
        }
    }
}

/// Digits with the point after the one of weight 10^exponent.
fn write_plain(out: &mut String, digits: &str, exponent: i32) {
    if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        out.push_str(digits);
        return;
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        out.push_str(digits);
        out.extend(std::iter::repeat_n('0', whole - digits.len()));
        out.push_str(".0");
    } else {
        let (whole, fraction) = digits.split_at(whole);
        let _ = write!(out, "{whole}.{fraction}");
    }
}

/// Bytes as hexadecimal pairs with blanks between.
pub(crate) fn write_bytes(out: &mut String, bytes: &[u8]) {
    for (i, byte) in bytes.iter().enumerate() {
        let _ = write!(out, "{}{byte:02x}", if i > 0 { " " } else { "" });
    }
}

/// Days since the epoch.
pub(crate) fn write_date(out: &mut String, days: i64) {
    let epoch = NaiveDate::default();
    match TimeDelta::try_days(days).and_then(|d| epoch.checked_add_signed(d)) {
        Some(date) => {
            let _ = write!(out, "{}", date.format("%Y-%m-%d"));
        }
        None => {
            let _ = write!(out, "{days}");
        }
    }
}

/// A timestamp's count since the epoch.
pub(crate) fn ticks(array: &dyn Array, row: usize) -> i64 {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            array.as_primitive::<TimestampSecondType>().value(row)
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            array.as_primitive::<TimestampMillisecondType>().value(row)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().value(row)
        }
        _ => array.as_primitive::<TimestampNanosecondType>().value(row),
    }
}

/// Ticks of a unit in a second.
pub(crate) fn per_second(unit: &TimeUnit) -> i64 {
    10_i64.pow(u32::from(digits(unit)))
}

/// `2024-01-01 00:00:00.000`, the zone after it if there is one.
pub(crate) fn write_timestamp(out: &mut String, ticks: i64, unit: &TimeUnit, zone: Option<&str>) {
    let scale = per_second(unit);
    let (seconds, fraction) = (ticks.div_euclid(scale), ticks.rem_euclid(scale));
    let Some(instant) = DateTime::from_timestamp(seconds, 0) else {
        let _ = write!(out, "{ticks}");
        return;
    };
    let local = match zone.and_then(crate::zone::Zone::parse) {
        Some(zone) => zone.local(instant),
        None => instant.naive_utc(),
    };
    let _ = write!(out, "{}", local.format("%Y-%m-%d %H:%M:%S"));
    write_fraction(out, fraction, unit);
    if let Some(zone) = zone {
        let _ = write!(out, " {}", crate::zone::display(zone));
    }
}

fn write_fraction(out: &mut String, fraction: i64, unit: &TimeUnit) {
    let width = usize::from(digits(unit));
    if width > 0 {
        let _ = write!(out, ".{fraction:0width$}");
    }
}

fn write_time(out: &mut String, array: &dyn Array, row: usize) {
    let (ticks, unit) = match array.data_type() {
        DataType::Time32(TimeUnit::Second) => {
            (array.as_primitive::<Time32SecondType>().value(row).into(), TimeUnit::Second)
        }
        DataType::Time32(_) => {
            let ticks = array.as_primitive::<Time32MillisecondType>().value(row).into();
            (ticks, TimeUnit::Millisecond)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            (array.as_primitive::<Time64MicrosecondType>().value(row), TimeUnit::Microsecond)
        }
        _ => (array.as_primitive::<Time64NanosecondType>().value(row), TimeUnit::Nanosecond),
    };
    let scale = per_second(&unit);
    let seconds = ticks / scale;
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    write_fraction(out, ticks % scale, &unit);
}

fn write_interval(out: &mut String, array: &dyn Array, row: usize) {
    let millis = match array.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => {
            let months = array.as_primitive::<IntervalYearMonthType>().value(row);
            return write_months(out, months.into());
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let value = array.as_primitive::<IntervalDayTimeType>().value(row);
            i64::from(value.days) * 86_400_000 + i64::from(value.milliseconds)
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            if value.months != 0 && value.days == 0 && value.nanoseconds == 0 {
                return write_months(out, value.months.into());
            }
            i64::from(value.days) * 86_400_000 + value.nanoseconds / 1_000_000
        }
        DataType::Duration(TimeUnit::Second) => {
            array.as_primitive::<DurationSecondType>().value(row).saturating_mul(1000)
        }
        DataType::Duration(TimeUnit::Millisecond) => {
            array.as_primitive::<DurationMillisecondType>().value(row)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            array.as_primitive::<DurationMicrosecondType>().value(row) / 1000
        }
        _ => array.as_primitive::<DurationNanosecondType>().value(row) / 1_000_000,
    };
    let (sign, millis) = (if millis < 0 { "-" } else { "" }, millis.unsigned_abs());
    let seconds = millis / 1000;
    let _ = write!(
        out,
        "{sign}{} {:02}:{:02}:{:02}.{:03}",
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    );
}

fn write_months(out: &mut String, months: i64) {
    let (sign, months) = (if months < 0 { "-" } else { "" }, months.unsigned_abs());
    let _ = write!(out, "{sign}{}-{}", months / 12, months % 12);
}

fn write_list(out: &mut String, items: &ArrayRef) {
    out.push('[');
    for i in 0..items.len() {
        out.push_str(if i > 0 { ", " } else { "" });
        write_value(out, items, i);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use datafusion::arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, Float64Array, Int32Array, ListArray,
        StringArray, StructArray, TimestampMillisecondArray,
    };
    use datafusion::arrow::datatypes::Field;

    fn double(value: f64) -> String {
        let mut out = String::new();
        write_double(&mut out, value);
        out
    }

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e10, "1.0E10"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (1.5e-3, "0.0015"),
            (1e-3, "0.001"),
            (1e-4, "1.0E-4"),
            (1.2345e-7, "1.2345E-7"),
            (123_456.789, "123456.789"),
            (f64::MAX, "1.7976931348623157E308"),
            (-0.0, "-0.0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double(value), text);
        }
        let mut out = String::new();
        write_real(&mut out, 0.1);
        assert_eq!(out, "0.1");
    }

    #[test]
    fn values_are_written_as_result_files_have_them() {
        let check = |array: ArrayRef, text: &str| {
            assert_eq!(format_value(&array, 0).as_deref(), Some(text));
        };
        check(Arc::new(Date32Array::from(vec![19_723])), "2024-01-01");
        let at = TimestampMillisecondArray::from(vec![1_704_067_200_123]);
        check(Arc::new(at.clone()), "2024-01-01 00:00:00.123");
        check(Arc::new(at.clone().with_timezone("UTC")), "2024-01-01 00:00:00.123 UTC");
        check(
            Arc::new(at.with_timezone("America/New_York")),
            "2023-12-31 19:00:00.123 America/New_York",
        );
        let decimal = Decimal128Array::from(vec![-5]).with_precision_and_scale(10, 2).unwrap();
        check(Arc::new(decimal), "-0.05");
        check(Arc::new(BinaryArray::from(vec![b"hel" as &[u8]])), "68 65 6c");
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), None])]);
        check(Arc::new(list), "[1, null]");
        let row = StructArray::from(vec![
            (
                Arc::new(Field::new("a", DataType::Int32, true)),
                Arc::new(Int32Array::from(vec![1])) as ArrayRef,
            ),
            (
                Arc::new(Field::new("b", DataType::Utf8, true)),
                Arc::new(StringArray::from(vec!["x"])) as ArrayRef,
            ),
        ]);
        check(Arc::new(row), "{a=1, b=x}");
        assert_eq!(format_value(&(Arc::new(Float64Array::from(vec![None])) as ArrayRef), 0), None);
    }
}
