//! `format(format, args…) → varchar`, by Java's format strings: `%s`, `%d`, `%,d`, `%.2f`, `%05d`,
//! `%-10s`, `%x`, `%e`, `%b`, `%c`, `%%`, `%n`, `%2$s`.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows};

/// Widths and precisions beyond this are refused rather than built.
const WIDTH_MAX: usize = 10_000;

pub(super) fn function() -> ScalarUDF {
    Function::named("format").sees_nulls().takes_any("varchar, ...", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (format, values) = given.split_first()?;
    let mut types = vec![format.is_string().then_some(DataType::Utf8)?];
    types.extend(values.iter().map(|value| match value {
        value if value.is_integer() => DataType::Int64,
        value if value.is_floating() || value.is_decimal() => DataType::Float64,
        DataType::Boolean => DataType::Boolean,
        _ => DataType::Utf8,
    }));
    Some((types, DataType::Utf8))
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Long(i64),
    Double(f64),
    Boolean(bool),
    Text(String),
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let formats = rows.text(0);
    let mut parsed = Memo::default();
    rows.varchars(|row| {
        if rows.is_null(0, row) {
            return Ok(None);
        }
        let values: Result<Vec<Value>> =
            (1..rows.arguments()).map(|argument| value(rows, argument, row)).collect();
        let values = values?;
        let mut out = String::new();
        for piece in parsed.get(formats.at(row), parse)? {
            print(piece, &values, &mut out)?;
        }
        Ok(Some(out))
    })
}

fn value(rows: &Rows, argument: usize, row: usize) -> Result<Value> {
    if rows.is_null(argument, row) {
        return Ok(Value::Null);
    }
    let array = rows.array(argument);
    let index = rows.index(argument, row);
    Ok(match array.data_type() {
        DataType::Int64 => Value::Long(array.as_primitive::<Int64Type>().value(index)),
        DataType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(index)),
        DataType::Boolean => Value::Boolean(array.as_boolean().value(index)),
        _ => {
            let text = cast(&array.slice(index, 1), &DataType::Utf8)?;
            Value::Text(text.as_string::<i32>().value(0).to_owned())
        }
    })
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Literal(String),
    Field { index: usize, flags: String, width: usize, precision: Option<usize>, conversion: char },
}

fn parse(format: &str) -> Result<Vec<Piece>> {
    let refused = || invalid_argument(format!("Invalid format string: {format}"));
    let mut pieces = Vec::new();
    let mut next = 0;
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Literal(rest[..at].to_owned()));
        rest = &rest[at + 1..];
        let mut explicit = None;
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count > 0 && rest[count..].starts_with('$') {
            explicit = rest[..count].parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            rest = &rest[count + 1..];
        }
        let end = rest.find(|c| !"-#+ 0,(".contains(c)).unwrap_or(rest.len());
        let flags = rest[..end].to_owned();
        rest = &rest[end..];
        let number = |rest: &mut &str| {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            let value = rest[..end].parse::<usize>().ok();
            *rest = &rest[end..];
            value
        };
        let width = number(&mut rest).unwrap_or(0);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                Some(number(&mut rest).ok_or_else(refused)?)
            }
            None => None,
        };
        let conversion = rest.chars().next().ok_or_else(refused)?;
        rest = &rest[conversion.len_utf8()..];
        match conversion {
            '%' => pieces.push(Piece::Literal("%".to_owned())),
            'n' => pieces.push(Piece::Literal("\n".to_owned())),
            's' | 'S' | 'd' | 'f' | 'e' | 'E' | 'g' | 'x' | 'X' | 'o' | 'b' | 'B' | 'c' => {
                if width > WIDTH_MAX || precision.is_some_and(|p| p > WIDTH_MAX) {
                    return Err(refused());
                }
                let index = explicit.unwrap_or_else(|| {
                    next += 1;
                    next - 1
                });
                pieces.push(Piece::Field { index, flags, width, precision, conversion });
            }
            _ => return Err(refused()),
        }
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Ok(pieces)
}

fn print(piece: &Piece, values: &[Value], out: &mut String) -> Result<()> {
    let Piece::Field { index, flags, width, precision, conversion } = piece else {
        if let Piece::Literal(text) = piece {
            out.push_str(text);
        }
        return Ok(());
    };
    let value = values
        .get(*index)
        .ok_or_else(|| invalid_argument(format!("Format specifier '%{conversion}'")))?;
    let wrong = || invalid_argument(format!("Invalid argument for format specifier %{conversion}"));
    let digits = precision.unwrap_or(6);
    let (negative, body) = match (conversion.to_ascii_lowercase(), value) {
        ('b', Value::Null) => (false, "false".to_owned()),
        ('b', Value::Boolean(value)) => (false, value.to_string()),
        ('b', _) => (false, "true".to_owned()),
        (_, Value::Null) => (false, "null".to_owned()),
        ('s', value) => (false, plain(value)),
        ('c', Value::Text(text)) if text.chars().count() == 1 => (false, text.clone()),
        ('d', Value::Long(value)) => (*value < 0, value.unsigned_abs().to_string()),
        ('x', Value::Long(value)) => (false, format!("{value:x}")),
        ('o', Value::Long(value)) => (false, format!("{value:o}")),
        ('f', Value::Double(value)) => (*value < 0.0, format!("{:.digits$}", value.abs())),
        ('e' | 'g', Value::Double(value)) => (*value < 0.0, scientific(value.abs(), digits)),
        _ => return Err(wrong()),
    };
    let numeric = matches!(conversion, 'd' | 'f' | 'e' | 'E' | 'g');
    let mut body = match precision {
        Some(most) if matches!(conversion, 's' | 'S') => body.chars().take(*most).collect(),
        _ => body,
    };
    if flags.contains(',') && matches!(conversion, 'd' | 'f') {
        body = grouped(&body);
    }
    let sign = match negative {
        true if flags.contains('(') => "(",
        true => "-",
        false if numeric && flags.contains('+') => "+",
        false if numeric && flags.contains(' ') => " ",
        false => "",
    };
    let close = if sign == "(" { ")" } else { "" };
    let used = sign.len() + body.chars().count() + close.len();
    let fill = width.saturating_sub(used);
    let mut text = if flags.contains('-') {
        format!("{sign}{body}{close}{}", " ".repeat(fill))
    } else if flags.contains('0') {
        format!("{sign}{}{body}{close}", "0".repeat(fill))
    } else {
        format!("{}{sign}{body}{close}", " ".repeat(fill))
    };
    if conversion.is_ascii_uppercase() {
        text = text.to_uppercase();
    }
    out.push_str(&text);
    Ok(())
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Long(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Text(text) => text.clone(),
    }
}

/// Java writes at least two digits of exponent with a sign.
fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{exponent:0>2}")
}

fn grouped(number: &str) -> String {
    let (whole, fraction) = match number.find('.') {
        Some(at) => number.split_at(at),
        None => (number, ""),
    };
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str, values: &[Value]) -> String {
        let mut out = String::new();
        for piece in parse(text).unwrap() {
            print(&piece, values, &mut out).unwrap();
        }
        out
    }

    #[test]
    fn specifiers() {
        assert_eq!(format("%s%%", &[Value::Long(123)]), "123%");
        assert_eq!(format("%.5f", &[Value::Double(std::f64::consts::PI)]), "3.14159");
        assert_eq!(format("%03d", &[Value::Long(8)]), "008");
        assert_eq!(format("%,.2f", &[Value::Double(-1_234_567.891)]), "-1,234,567.89");
        assert_eq!(format("%-7s|%7s", &[Value::Text("a".into()), Value::Null]), "a      |   null");
        assert_eq!(format("%2$s %1$s", &[Value::Text("a".into()), Value::Text("b".into())]), "b a");
        assert_eq!(format("%e", &[Value::Double(12345.678)]), "1.234568e+04");
        assert!(parse("%q").is_err());
        assert!(parse("%99999999d").is_err());
    }
}
