//! Trino's types: reading their text, writing it, and the Arrow types that hold them.

use std::fmt;
use std::sync::Arc;

use aquifer_sql::TypeText;
use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit, TimeUnit};

use crate::opaque::Opaque;

/// Marks a text field as JSON.
pub(crate) const EXTENSION_KEY: &str = "ARROW:extension:name";
pub(crate) const JSON_EXTENSION: &str = "arrow.json";

/// Deeper nesting is refused: the parser recurses.
const DEPTH_MAX: usize = 32;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TrinoType {
    Unknown,
    Boolean,
    TinyInt,
    SmallInt,
    Integer,
    BigInt,
    Real,
    Double,
    Decimal(u8, u8),
    Varchar(Option<u32>),
    Char(u32),
    Varbinary,
    Json,
    Date,
    Time(u8),
    /// Digits of the second's fraction; whether it has a zone.
    Timestamp(u8, bool),
    IntervalYearMonth,
    IntervalDayTime,
    Array(Box<TrinoType>),
    Map(Box<TrinoType>, Box<TrinoType>),
    Row(Vec<(Option<String>, TrinoType)>),
    /// A type only functions look into.
    Opaque(Opaque),
}

/// The name of a row's field that has none.
pub(crate) fn anonymous_field(index: usize) -> String {
    format!("field{index}")
}

impl TrinoType {
    /// Reads a type's text; the error is what was not understood.
    pub(crate) fn parse(text: &str) -> Result<TrinoType, String> {
        let mut parser = Parser { rest: text };
        let parsed = parser.parse(0)?;
        match parser.rest.trim() {
            "" => Ok(parsed),
            _ => Err(text.to_owned()),
        }
    }

    /// The Arrow type that holds it.
    pub(crate) fn to_arrow(&self) -> DataType {
        match self {
            TrinoType::Unknown => DataType::Null,
            TrinoType::Boolean => DataType::Boolean,
            TrinoType::TinyInt => DataType::Int8,
            TrinoType::SmallInt => DataType::Int16,
            TrinoType::Integer => DataType::Int32,
            TrinoType::BigInt => DataType::Int64,
            TrinoType::Real => DataType::Float32,
            TrinoType::Double => DataType::Float64,
            TrinoType::Decimal(p, s) => DataType::Decimal128(*p, *s as i8),
            TrinoType::Varchar(_) | TrinoType::Char(_) | TrinoType::Json => DataType::Utf8,
            TrinoType::Varbinary => DataType::Binary,
            TrinoType::Date => DataType::Date32,
            TrinoType::Time(p) => match unit(*p) {
                TimeUnit::Second => DataType::Time32(TimeUnit::Second),
                TimeUnit::Millisecond => DataType::Time32(TimeUnit::Millisecond),
                finer => DataType::Time64(finer),
            },
            TrinoType::Timestamp(p, false) => DataType::Timestamp(unit(*p), None),
            TrinoType::Timestamp(p, true) => DataType::Timestamp(unit(*p), Some("UTC".into())),
            TrinoType::IntervalYearMonth => DataType::Interval(IntervalUnit::YearMonth),
            TrinoType::IntervalDayTime => DataType::Interval(IntervalUnit::MonthDayNano),
            TrinoType::Array(item) => {
                DataType::List(Arc::new(Field::new_list_field(item.to_arrow(), true)))
            }
            TrinoType::Map(key, value) => {
                let entry = Fields::from(vec![
                    Field::new("key", key.to_arrow(), false),
                    Field::new("value", value.to_arrow(), true),
                ]);
                let entries = Field::new("entries", DataType::Struct(entry), false);
                DataType::Map(Arc::new(entries), false)
            }
            TrinoType::Opaque(opaque) => opaque.arrow(),
            TrinoType::Row(fields) => DataType::Struct(
                fields
                    .iter()
                    .enumerate()
                    .map(|(i, (name, ty))| {
                        let name = name.clone().unwrap_or_else(|| anonymous_field(i));
                        Field::new(name, ty.to_arrow(), true)
                    })
                    .collect(),
            ),
        }
    }

    /// The type of a column: its Arrow type and the mark of JSON.
    pub(crate) fn of(field: &Field) -> TrinoType {
        if is_json(field) { TrinoType::Json } else { TrinoType::of_arrow(field.data_type()) }
    }

    /// The type an Arrow type stands for.
    pub(crate) fn of_arrow(data_type: &DataType) -> TrinoType {
        if let Some(opaque) = Opaque::of(data_type) {
            return TrinoType::Opaque(opaque);
        }
        match data_type {
            DataType::Null => TrinoType::Unknown,
            DataType::Boolean => TrinoType::Boolean,
            DataType::Int8 => TrinoType::TinyInt,
            DataType::Int16 | DataType::UInt8 => TrinoType::SmallInt,
            DataType::Int32 | DataType::UInt16 => TrinoType::Integer,
            DataType::Int64 | DataType::UInt32 | DataType::UInt64 => TrinoType::BigInt,
            DataType::Float16 | DataType::Float32 => TrinoType::Real,
            DataType::Float64 => TrinoType::Double,
            DataType::Decimal32(p, s)
            | DataType::Decimal64(p, s)
            | DataType::Decimal128(p, s)
            | DataType::Decimal256(p, s) => TrinoType::Decimal(*p, (*s).max(0) as u8),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => TrinoType::Varchar(None),
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => TrinoType::Varbinary,
            DataType::Date32 | DataType::Date64 => TrinoType::Date,
            DataType::Time32(unit) | DataType::Time64(unit) => TrinoType::Time(digits(unit)),
            DataType::Timestamp(unit, zone) => TrinoType::Timestamp(digits(unit), zone.is_some()),
            DataType::Interval(IntervalUnit::YearMonth) => TrinoType::IntervalYearMonth,
            DataType::Interval(_) | DataType::Duration(_) => TrinoType::IntervalDayTime,
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _) => TrinoType::Array(Box::new(TrinoType::of(item))),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(kv) if kv.len() == 2 => {
                    TrinoType::Map(Box::new(TrinoType::of(&kv[0])), Box::new(TrinoType::of(&kv[1])))
                }
                _ => TrinoType::Unknown,
            },
            DataType::Struct(fields) => TrinoType::Row(
                fields
                    .iter()
                    .enumerate()
                    .map(|(i, f)| {
                        let named = f.name() != &anonymous_field(i);
                        (named.then(|| f.name().clone()), TrinoType::of(f))
                    })
                    .collect(),
            ),
            DataType::Dictionary(_, values) => TrinoType::of_arrow(values),
            DataType::RunEndEncoded(_, values) => TrinoType::of(values),
            DataType::Union(..) => TrinoType::Unknown,
        }
    }

    /// Names, digits and scale, as result metadata gives them.
    pub(crate) fn text(&self) -> TypeText {
        let (precision, scale) = match self {
            TrinoType::TinyInt => (3, 0),
            TrinoType::SmallInt => (5, 0),
            TrinoType::Integer => (10, 0),
            TrinoType::BigInt => (19, 0),
            TrinoType::Real | TrinoType::Double => (17, 0),
            TrinoType::Decimal(p, s) => (i32::from(*p), i32::from(*s)),
            TrinoType::Varchar(Some(n)) | TrinoType::Char(n) => (*n as i32, 0),
            TrinoType::Varchar(None) | TrinoType::Json => (i32::MAX, 0),
            TrinoType::Varbinary => (1_073_741_824, 0),
            TrinoType::Timestamp(p, _) | TrinoType::Time(p) => (i32::from(*p), 0),
            _ => (0, 0),
        };
        let full = self.to_string();
        let base = match self {
            TrinoType::Timestamp(_, true) => "timestamp with time zone".to_owned(),
            TrinoType::Time(_) => "time".to_owned(),
            _ => full.split('(').next().unwrap_or_default().to_owned(),
        };
        TypeText { full, base, precision, scale }
    }
}

/// Whether a field holds JSON text.
pub(crate) fn is_json(field: &Field) -> bool {
    field.metadata().get(EXTENSION_KEY).is_some_and(|name| name == JSON_EXTENSION)
}

/// Marks a field as JSON text.
pub(crate) fn json_field(field: Field) -> Field {
    let mut metadata = field.metadata().clone();
    metadata.insert(EXTENSION_KEY.to_owned(), JSON_EXTENSION.to_owned());
    field.with_metadata(metadata)
}

/// Arrow has four precisions; a type of another is held in the next finer one.
fn unit(digits: u8) -> TimeUnit {
    match digits {
        0 => TimeUnit::Second,
        1..=3 => TimeUnit::Millisecond,
        4..=6 => TimeUnit::Microsecond,
        _ => TimeUnit::Nanosecond,
    }
}

/// The digits of a second's fraction.
pub(crate) fn digits(unit: &TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

impl fmt::Display for TrinoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrinoType::Unknown => f.write_str("unknown"),
            TrinoType::Boolean => f.write_str("boolean"),
            TrinoType::TinyInt => f.write_str("tinyint"),
            TrinoType::SmallInt => f.write_str("smallint"),
            TrinoType::Integer => f.write_str("integer"),
            TrinoType::BigInt => f.write_str("bigint"),
            TrinoType::Real => f.write_str("real"),
            TrinoType::Double => f.write_str("double"),
            TrinoType::Decimal(p, s) => write!(f, "decimal({p},{s})"),
            TrinoType::Varchar(None) => f.write_str("varchar"),
            TrinoType::Varchar(Some(n)) => write!(f, "varchar({n})"),
            TrinoType::Char(n) => write!(f, "char({n})"),
            TrinoType::Varbinary => f.write_str("varbinary"),
            TrinoType::Json => f.write_str("json"),
            TrinoType::Date => f.write_str("date"),
            TrinoType::Time(p) => write!(f, "time({p})"),
            TrinoType::Timestamp(p, false) => write!(f, "timestamp({p})"),
            TrinoType::Timestamp(p, true) => write!(f, "timestamp({p}) with time zone"),
            TrinoType::IntervalYearMonth => f.write_str("interval year to month"),
            TrinoType::IntervalDayTime => f.write_str("interval day to second"),
            TrinoType::Array(item) => write!(f, "array({item})"),
            TrinoType::Map(key, value) => write!(f, "map({key}, {value})"),
            TrinoType::Opaque(opaque) => f.write_str(opaque.name()),
            TrinoType::Row(fields) => {
                f.write_str("row(")?;
                for (i, (name, ty)) in fields.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    match name {
                        Some(name) => write!(f, "{comma}{name} {ty}")?,
                        None => write!(f, "{comma}{ty}")?,
                    }
                }
                f.write_str(")")
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn parse(&mut self, depth: usize) -> Result<TrinoType, String> {
        if depth > DEPTH_MAX {
            return Err("types nest too deep".to_owned());
        }
        let word = self.word().to_ascii_lowercase();
        Ok(match word.as_str() {
            "unknown" => TrinoType::Unknown,
            "boolean" => TrinoType::Boolean,
            "tinyint" => TrinoType::TinyInt,
            "smallint" => TrinoType::SmallInt,
            "int" | "integer" => TrinoType::Integer,
            "bigint" => TrinoType::BigInt,
            "real" | "float" => TrinoType::Real,
            "double" => {
                self.keyword("precision");
                TrinoType::Double
            }
            "decimal" | "dec" | "numeric" => self.decimal()?,
            "varchar" | "string" => TrinoType::Varchar(self.argument(1, u32::MAX)?),
            "char" => TrinoType::Char(self.argument(1, 65_536)?.unwrap_or(1)),
            "varbinary" | "binary" => TrinoType::Varbinary,
            "json" => TrinoType::Json,
            "date" => TrinoType::Date,
            "time" => TrinoType::Time(self.argument(0, 9)?.unwrap_or(3) as u8),
            "timestamp" => self.timestamp()?,
            "interval" => self.interval()?,
            "array" => {
                let close = self.open(&word)?;
                let item = self.parse(depth + 1)?;
                self.expect(close)?;
                TrinoType::Array(Box::new(item))
            }
            "map" => {
                let close = self.open(&word)?;
                let key = self.parse(depth + 1)?;
                self.expect(",")?;
                let value = self.parse(depth + 1)?;
                self.expect(close)?;
                TrinoType::Map(Box::new(key), Box::new(value))
            }
            "row" => self.row(depth)?,
            "qdigest" => {
                let close = self.open(&word)?;
                let element = self.parse(depth + 1)?.to_string();
                self.expect(close)?;
                let name = format!("qdigest({element})");
                TrinoType::Opaque(Opaque::named(&name).ok_or(name)?)
            }
            _ => TrinoType::Opaque(Opaque::named(&word).ok_or(word)?),
        })
    }

    fn decimal(&mut self) -> Result<TrinoType, String> {
        if !self.eat("(") {
            return Ok(TrinoType::Decimal(38, 0));
        }
        let precision = self.number(1, 38)?;
        let scale = if self.eat(",") { self.number(0, precision)? } else { 0 };
        self.expect(")")?;
        Ok(TrinoType::Decimal(precision as u8, scale as u8))
    }

    fn timestamp(&mut self) -> Result<TrinoType, String> {
        let precision = self.argument(0, 9)?.unwrap_or(3) as u8;
        let mut zone = false;
        if self.keyword("with") {
            zone = true;
        } else if !self.keyword("without") {
            return Ok(TrinoType::Timestamp(precision, false));
        }
        match self.keyword("time") && self.keyword("zone") {
            true => Ok(TrinoType::Timestamp(precision, zone)),
            false => Err("timestamp".to_owned()),
        }
    }

    fn interval(&mut self) -> Result<TrinoType, String> {
        if self.keyword("year") && self.keyword("to") && self.keyword("month") {
            return Ok(TrinoType::IntervalYearMonth);
        }
        if self.keyword("day") && self.keyword("to") && self.keyword("second") {
            return Ok(TrinoType::IntervalDayTime);
        }
        Err("interval".to_owned())
    }

    fn row(&mut self, depth: usize) -> Result<TrinoType, String> {
        let close = self.open("row")?;
        let mut fields = Vec::new();
        loop {
            fields.push(self.field(depth)?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect(close)?;
        Ok(TrinoType::Row(fields))
    }

    /// `name type` or `type`: the first word is a name if a type follows it.
    fn field(&mut self, depth: usize) -> Result<(Option<String>, TrinoType), String> {
        let start = self.rest;
        self.blanks();
        let name = match self.rest.strip_prefix('"').and_then(|r| r.split_once('"')) {
            Some((name, rest)) => {
                self.rest = rest;
                name
            }
            None => self.word(),
        };
        let after = self.rest;
        if !name.is_empty()
            && let Ok(ty) = self.parse(depth + 1)
        {
            return Ok((Some(name.to_lowercase()), ty));
        }
        self.rest = start;
        match self.parse(depth + 1) {
            Ok(ty) => Ok((None, ty)),
            Err(unknown) => {
                // `x foo`: the type's name is what is wrong, not the field's.
                self.rest = after;
                let second = self.word();
                Err(if second.is_empty() { unknown } else { second.to_owned() })
            }
        }
    }

    fn argument(&mut self, min: u32, max: u32) -> Result<Option<u32>, String> {
        if !self.eat("(") {
            return Ok(None);
        }
        let value = self.number(min, max)?;
        self.expect(")")?;
        Ok(Some(value))
    }

    fn number(&mut self, min: u32, max: u32) -> Result<u32, String> {
        self.blanks();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        match digits.parse().ok().filter(|n| (min..=max).contains(n)) {
            Some(number) => {
                self.rest = rest;
                Ok(number)
            }
            None => Err(format!("{digits} is not between {min} and {max}")),
        }
    }

    fn word(&mut self) -> &'a str {
        self.blanks();
        let end =
            self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.rest;
        if self.word().eq_ignore_ascii_case(keyword) {
            return true;
        }
        self.rest = start;
        false
    }

    /// Types take their parameters in parentheses, or in angle brackets as they once did.
    fn open(&mut self, word: &str) -> Result<&'static str, String> {
        if self.eat("(") {
            return Ok(")");
        }
        if self.eat("<") {
            return Ok(">");
        }
        Err(word.to_owned())
    }

    fn eat(&mut self, symbol: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: &str) -> Result<(), String> {
        if self.eat(symbol) { Ok(()) } else { Err(format!("'{symbol}' expected")) }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_as_they_are_read() {
        for (text, printed) in [
            ("INT", "integer"),
            ("varchar", "varchar"),
            ("varchar ( 10 )", "varchar(10)"),
            ("decimal(10, 2)", "decimal(10,2)"),
            ("decimal", "decimal(38,0)"),
            ("timestamp", "timestamp(3)"),
            ("timestamp(6) with time zone", "timestamp(6) with time zone"),
            ("timestamp without time zone", "timestamp(3)"),
            ("double precision", "double"),
            (
                "array(map(varchar, row(X bigint, y array<double>)))",
                "array(map(varchar, row(x bigint, y array(double))))",
            ),
            ("row(integer, varchar)", "row(integer, varchar)"),
            ("row(\"date\" date, timestamp timestamp)", "row(date date, timestamp timestamp(3))"),
        ] {
            let parsed = TrinoType::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(parsed.to_string(), printed);
            assert_eq!(TrinoType::parse(printed).as_ref(), Ok(&parsed), "{printed}");
        }
        assert_eq!(TrinoType::parse("foo"), Err("foo".to_owned()));
        assert_eq!(TrinoType::parse("row(a foo)"), Err("foo".to_owned()));
        assert!(TrinoType::parse("decimal(39)").is_err());
        assert!(TrinoType::parse(&"array(".repeat(100)).is_err());
    }

    #[test]
    fn arrow_types_come_back_as_they_went() {
        for text in [
            "tinyint",
            "timestamp(6)",
            "decimal(38,10)",
            "map(varchar, row(a integer, b date))",
            "row(integer)",
        ] {
            let parsed = TrinoType::parse(text).unwrap();
            assert_eq!(TrinoType::of_arrow(&parsed.to_arrow()), parsed, "{text}");
        }
        assert_eq!(TrinoType::Timestamp(3, true).text().base, "timestamp with time zone");
    }
}
