//! Arrow arrays seen as cells to be printed: typed once per batch, not once per value. Printing
//! follows Java, whose readers these files are for.

use arrow::array::*;
use arrow::datatypes::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};

/// One column of a batch.
pub(crate) struct Cells<'a> {
    array: &'a dyn Array,
    kind: Kind<'a>,
}

pub(crate) enum Kind<'a> {
    Boolean(&'a BooleanArray),
    Int8(&'a Int8Array),
    Int16(&'a Int16Array),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    Float32(&'a Float32Array),
    Float64(&'a Float64Array),
    Decimal(&'a Decimal128Array, i8),
    View(&'a StringViewArray),
    Text(&'a StringArray),
    Binary(&'a BinaryArray),
    BinaryView(&'a BinaryViewArray),
    Date(&'a Date32Array),
    Micros(&'a TimestampMicrosecondArray),
    Nanos(&'a TimestampNanosecondArray),
    List(&'a ListArray, Box<Cells<'a>>),
    Map(&'a MapArray, Box<(Cells<'a>, Cells<'a>)>),
    Struct(&'a StructArray, Vec<Cells<'a>>),
}

impl<'a> Cells<'a> {
    pub(crate) fn new(array: &'a ArrayRef) -> Result<Self> {
        let kind = match array.data_type() {
            DataType::Boolean => Kind::Boolean(array.as_boolean()),
            DataType::Int8 => Kind::Int8(array.as_primitive()),
            DataType::Int16 => Kind::Int16(array.as_primitive()),
            DataType::Int32 => Kind::Int32(array.as_primitive()),
            DataType::Int64 => Kind::Int64(array.as_primitive()),
            DataType::Float32 => Kind::Float32(array.as_primitive()),
            DataType::Float64 => Kind::Float64(array.as_primitive()),
            DataType::Decimal128(_, scale) => Kind::Decimal(array.as_primitive(), *scale),
            DataType::Utf8View => Kind::View(array.as_string_view()),
            DataType::Utf8 => Kind::Text(array.as_string()),
            DataType::Binary => Kind::Binary(array.as_binary()),
            DataType::BinaryView => Kind::BinaryView(array.as_binary_view()),
            DataType::Date32 => Kind::Date(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Microsecond, None) => Kind::Micros(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Nanosecond, None) => Kind::Nanos(array.as_primitive()),
            DataType::List(_) => {
                let list = array.as_list();
                Kind::List(list, Box::new(Cells::new(list.values())?))
            }
            DataType::Map(..) => {
                let map = array.as_map();
                Kind::Map(map, Box::new((Cells::new(map.keys())?, Cells::new(map.values())?)))
            }
            DataType::Struct(_) => {
                let members = array.as_struct();
                let cells = members.columns().iter().map(Cells::new).collect::<Result<_>>()?;
                Kind::Struct(members, cells)
            }
            other => return Err(Error::NoSuchType(other.to_string())),
        };
        Ok(Cells { array, kind })
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.array.is_null(row)
    }

    pub(crate) fn kind(&self) -> &Kind<'a> {
        &self.kind
    }

    /// The text of a value that is text itself.
    pub(crate) fn text(&self, row: usize) -> Option<&'a str> {
        match &self.kind {
            Kind::View(array) => Some(array.value(row)),
            Kind::Text(array) => Some(array.value(row)),
            _ => None,
        }
    }

    /// Whether values print as JSON prints them, without quotes.
    pub(crate) fn is_bare(&self, row: usize) -> bool {
        match &self.kind {
            Kind::Boolean(_) | Kind::Int8(_) | Kind::Int16(_) | Kind::Int32(_) | Kind::Int64(_) => {
                true
            }
            Kind::Decimal(..) => true,
            Kind::Float32(array) => array.value(row).is_finite(),
            Kind::Float64(array) => array.value(row).is_finite(),
            _ => false,
        }
    }

    /// Prints a value that is not NULL and holds no others.
    pub(crate) fn print(&self, row: usize, out: &mut Vec<u8>) {
        match &self.kind {
            Kind::Boolean(array) => {
                let text: &[u8] = if array.value(row) { b"true" } else { b"false" };
                out.extend_from_slice(text);
            }
            Kind::Int8(array) => integer(array.value(row).into(), out),
            Kind::Int16(array) => integer(array.value(row).into(), out),
            Kind::Int32(array) => integer(array.value(row).into(), out),
            Kind::Int64(array) => integer(array.value(row), out),
            Kind::Float32(array) => float(array.value(row), out),
            Kind::Float64(array) => double(array.value(row), out),
            Kind::Decimal(array, scale) => decimal(array.value(row), *scale, out),
            Kind::View(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Kind::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Kind::Binary(array) => base64(array.value(row), out),
            Kind::BinaryView(array) => base64(array.value(row), out),
            Kind::Date(array) => date(array.value(row).into(), out),
            Kind::Micros(array) => {
                let micros = array.value(row);
                let nanos = micros.rem_euclid(1_000_000) * 1_000;
                timestamp(micros.div_euclid(1_000_000), nanos as u32, out);
            }
            Kind::Nanos(array) => {
                let nanos = array.value(row);
                let fraction = nanos.rem_euclid(1_000_000_000);
                timestamp(nanos.div_euclid(1_000_000_000), fraction as u32, out);
            }
            Kind::List(..) | Kind::Map(..) | Kind::Struct(..) => {}
        }
    }
}

fn integer(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    digits(value.unsigned_abs(), 1, out);
}

/// A number in at least `width` digits.
fn digits(mut value: u64, width: usize, out: &mut Vec<u8>) {
    let mut buffer = [b'0'; 20];
    let mut at = buffer.len();
    while value > 0 {
        at -= 1;
        buffer[at] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    let at = at.min(buffer.len() - width);
    out.extend_from_slice(&buffer[at..]);
}

fn float(value: f32, out: &mut Vec<u8>) {
    java_number(&format!("{value:e}"), out);
}

fn double(value: f64, out: &mut Vec<u8>) {
    java_number(&format!("{value:e}"), out);
}

/// Turns `1.5e10` into `1.5E10`, and into plain digits where Java prints them: between a
/// thousandth and ten million.
fn java_number(scientific: &str, out: &mut Vec<u8>) {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        let text = match scientific {
            "inf" => "Infinity",
            "-inf" => "-Infinity",
            other => other,
        };
        return out.extend_from_slice(text.as_bytes());
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    out.extend_from_slice(sign.as_bytes());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole.as_bytes(), fraction.as_bytes()].concat();
    let zeroes = |n: usize, out: &mut Vec<u8>| out.extend(std::iter::repeat_n(b'0', n));
    match exponent {
        -3..0 => {
            out.extend_from_slice(b"0.");
            zeroes(exponent.unsigned_abs() as usize - 1, out);
            out.extend_from_slice(&all);
        }
        0..7 => {
            let point = exponent as usize + 1;
            out.extend_from_slice(&all[..all.len().min(point)]);
            zeroes(point.saturating_sub(all.len()), out);
            out.push(b'.');
            match all.get(point..) {
                Some(rest @ [_, ..]) => out.extend_from_slice(rest),
                _ => out.push(b'0'),
            }
        }
        _ => {
            out.extend_from_slice(whole.as_bytes());
            out.push(b'.');
            out.extend_from_slice(if fraction.is_empty() { b"0" } else { fraction.as_bytes() });
            out.push(b'E');
            integer(exponent.into(), out);
        }
    }
}

fn decimal(value: i128, scale: i8, out: &mut Vec<u8>) {
    let scale = usize::try_from(scale).unwrap_or(0);
    if value < 0 {
        out.push(b'-');
    }
    let text = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    out.extend_from_slice(whole.as_bytes());
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
}

fn base64(value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(STANDARD.encode(value).as_bytes());
}

/// The day that many days after the epoch, as `yyyy-MM-dd`.
fn date(days: i64, out: &mut Vec<u8>) {
    // Years counted from March end with the leap day; 719,468 days lie between year 0 and 1970.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = match month < 10 {
        true => (era * 400 + year_of_era, month + 3),
        false => (era * 400 + year_of_era + 1, month - 9),
    };
    if year < 0 {
        out.push(b'-');
    }
    digits(year.unsigned_abs(), 4, out);
    out.push(b'-');
    digits(month as u64, 2, out);
    out.push(b'-');
    digits(day as u64, 2, out);
}

/// `yyyy-MM-dd HH:mm:ss`, with as many groups of three decimals as are not zero.
fn timestamp(seconds: i64, nanos: u32, out: &mut Vec<u8>) {
    date(seconds.div_euclid(86_400), out);
    let second = seconds.rem_euclid(86_400) as u64;
    out.push(b' ');
    digits(second / 3_600, 2, out);
    out.push(b':');
    digits(second / 60 % 60, 2, out);
    out.push(b':');
    digits(second % 60, 2, out);
    if nanos == 0 {
        return;
    }
    out.push(b'.');
    let (value, width) = match nanos {
        n if n % 1_000_000 == 0 => (n / 1_000_000, 3),
        n if n % 1_000 == 0 => (n / 1_000, 6),
        n => (n, 9),
    };
    digits(value.into(), width, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        print(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_print_as_java_prints_them() {
        for (value, want) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (-1.25, "-1.25"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1234567.875, "1234567.875"),
            (9999999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.5e300, "1.5E300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(printed(|out| double(value, out)), want);
        }
        assert_eq!(printed(|out| float(0.1, out)), "0.1");
        assert_eq!(printed(|out| integer(i64::MIN, out)), "-9223372036854775808");
        assert_eq!(printed(|out| integer(0, out)), "0");
        for (value, scale, want) in [(123, 2, "1.23"), (-5, 2, "-0.05"), (7, 0, "7"), (0, 1, "0.0")]
        {
            assert_eq!(printed(|out| decimal(value, scale, out)), want);
        }
    }

    #[test]
    fn dates_print_as_they_are_read() {
        for days in (-719_000..2_900_000).step_by(313) {
            let text = printed(|out| date(days, out));
            assert_eq!(
                crate::text::value::date(text.as_bytes()).map(i64::from),
                Some(days),
                "{text}"
            );
        }
        assert_eq!(printed(|out| timestamp(-1, 500_000_000, out)), "1969-12-31 23:59:59.500");
        assert_eq!(printed(|out| timestamp(0, 0, out)), "1970-01-01 00:00:00");
        assert_eq!(printed(|out| timestamp(0, 1_000, out)), "1970-01-01 00:00:00.000001");
    }
}
