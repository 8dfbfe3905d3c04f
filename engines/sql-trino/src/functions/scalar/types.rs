//! The types arguments are declared in, which Arrow types stand for them, and what converts to what
//! without being asked: integers widen, decimals become doubles, dates become timestamps, NULL
//! becomes anything. Text never becomes a number.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};

/// A declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Boolean,
    /// 32 bits; narrower ones widen to it.
    Integer,
    Bigint,
    Real,
    Double,
    /// Any of Arrow's three string layouts.
    Varchar,
    Varbinary,
    /// Text that is a JSON value; as an argument any text.
    Json,
    Date,
    /// Without a zone, any precision; returned: milliseconds.
    Timestamp,
    /// With a zone; returned: milliseconds, UTC.
    TimestampTz,
    Array(&'static Type),
    Map(&'static Type, &'static Type),
    /// Returned only: the type of the given argument.
    Same(usize),
}

impl Type {
    /// The Arrow type returned, given the argument types.
    pub(crate) fn arrow(self, arguments: &[DataType]) -> DataType {
        match self {
            Type::Boolean => DataType::Boolean,
            Type::Integer => DataType::Int32,
            Type::Bigint => DataType::Int64,
            Type::Real => DataType::Float32,
            Type::Double => DataType::Float64,
            Type::Varchar | Type::Json => DataType::Utf8,
            Type::Varbinary => DataType::Binary,
            Type::Date => DataType::Date32,
            Type::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
            Type::TimestampTz => {
                DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from("UTC")))
            }
            Type::Array(element) => list_of(element.arrow(arguments)),
            Type::Map(key, value) => map_of(key.arrow(arguments), value.arrow(arguments)),
            Type::Same(index) => arguments.get(index).cloned().unwrap_or(DataType::Null),
        }
    }

    /// What a value of the given type is converted to; `None` if it does not fit.
    fn accept(self, given: &DataType) -> Option<DataType> {
        use DataType as D;
        if *given == D::Null {
            return Some(self.arrow(&[]));
        }
        if let D::Dictionary(_, value) = given {
            return self.accept(value);
        }
        let narrow = matches!(given, D::Int8 | D::Int16 | D::Int32 | D::UInt8 | D::UInt16);
        let integer = given.is_integer();
        match self {
            Type::Boolean => (*given == D::Boolean).then(|| given.clone()),
            Type::Integer => narrow.then_some(D::Int32),
            Type::Bigint => integer.then_some(D::Int64),
            Type::Real => (*given == D::Float32).then_some(D::Float32),
            Type::Double => {
                (integer || given.is_floating() || given.is_decimal()).then_some(D::Float64)
            }
            Type::Varchar | Type::Json => given.is_string().then(|| given.clone()),
            Type::Varbinary => given.is_binary().then_some(D::Binary),
            Type::Date => matches!(given, D::Date32 | D::Date64).then_some(D::Date32),
            Type::Timestamp => match given {
                D::Timestamp(_, None) => Some(given.clone()),
                D::Date32 | D::Date64 => Some(self.arrow(&[])),
                _ => None,
            },
            Type::TimestampTz => match given {
                D::Timestamp(_, Some(_)) => Some(given.clone()),
                D::Timestamp(unit, None) => Some(D::Timestamp(*unit, Some(Arc::from("UTC")))),
                D::Date32 | D::Date64 => Some(self.arrow(&[])),
                _ => None,
            },
            Type::Array(element) => match given {
                D::List(field)
                | D::LargeList(field)
                | D::ListView(field)
                | D::LargeListView(field)
                | D::FixedSizeList(field, _) => element.accept(field.data_type()).map(list_of),
                _ => None,
            },
            Type::Map(..) => matches!(given, D::Map(..)).then(|| given.clone()),
            Type::Same(_) => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Bigint => "bigint",
            Type::Real => "real",
            Type::Double => "double",
            Type::Varchar => "varchar",
            Type::Varbinary => "varbinary",
            Type::Json => "json",
            Type::Date => "date",
            Type::Timestamp => "timestamp(p)",
            Type::TimestampTz => "timestamp(p) with time zone",
            Type::Array(element) => return write!(f, "array({element})"),
            Type::Map(key, value) => return write!(f, "map({key}, {value})"),
            Type::Same(_) => "T",
        };
        f.write_str(name)
    }
}

/// The types the arguments convert to, or `None` if they do not fit.
pub(super) fn coerce(arguments: &[Type], given: &[DataType]) -> Option<Vec<DataType>> {
    if arguments.len() != given.len() {
        return None;
    }
    arguments.iter().zip(given).map(|(argument, given)| argument.accept(given)).collect()
}

/// An array of the element type.
pub(crate) fn list_of(element: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(element, true)))
}

/// A map in the one layout all functions here make.
pub(crate) fn map_of(key: DataType, value: DataType) -> DataType {
    let entries = vec![Field::new("key", key, false), Field::new("value", value, true)];
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries.into()), false)), false)
}

const EXTENSION: &str = "ARROW:extension:name";
const JSON: &str = "arrow.json";

/// Marks a text column as JSON.
pub(crate) fn json_field(field: Field) -> Field {
    let mut metadata = field.metadata().clone();
    metadata.insert(EXTENSION.to_owned(), JSON.to_owned());
    field.with_metadata(metadata)
}

/// Whether a text column is JSON.
pub(crate) fn is_json(field: &Field) -> bool {
    field.metadata().get(EXTENSION).is_some_and(|name| name == JSON)
}

/// The name the dialect has for an Arrow type.
pub(crate) fn type_name(data_type: &DataType) -> String {
    use DataType as D;
    let precision = |unit: &TimeUnit| match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    };
    match data_type {
        D::Null => "unknown".to_owned(),
        D::Boolean => "boolean".to_owned(),
        D::Int8 => "tinyint".to_owned(),
        D::Int16 | D::UInt8 => "smallint".to_owned(),
        D::Int32 | D::UInt16 => "integer".to_owned(),
        D::Int64 | D::UInt32 | D::UInt64 => "bigint".to_owned(),
        D::Float16 | D::Float32 => "real".to_owned(),
        D::Float64 => "double".to_owned(),
        D::Decimal32(p, s) | D::Decimal64(p, s) | D::Decimal128(p, s) | D::Decimal256(p, s) => {
            format!("decimal({p},{s})")
        }
        D::Utf8 | D::LargeUtf8 | D::Utf8View => "varchar".to_owned(),
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => {
            "varbinary".to_owned()
        }
        D::Date32 | D::Date64 => "date".to_owned(),
        D::Time32(unit) | D::Time64(unit) => format!("time({})", precision(unit)),
        D::Timestamp(unit, None) => format!("timestamp({})", precision(unit)),
        D::Timestamp(unit, Some(_)) => format!("timestamp({}) with time zone", precision(unit)),
        D::Interval(unit) => match unit {
            datafusion::arrow::datatypes::IntervalUnit::YearMonth => "interval year to month",
            _ => "interval day to second",
        }
        .to_owned(),
        D::Duration(_) => "interval day to second".to_owned(),
        D::List(field)
        | D::LargeList(field)
        | D::ListView(field)
        | D::LargeListView(field)
        | D::FixedSizeList(field, _) => format!("array({})", type_name(field.data_type())),
        D::Map(entries, _) => match entries.data_type() {
            D::Struct(fields) if fields.len() == 2 => format!(
                "map({}, {})",
                type_name(fields[0].data_type()),
                type_name(fields[1].data_type())
            ),
            _ => "map".to_owned(),
        },
        D::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}", field.name(), type_name(field.data_type())))
                .collect();
            format!("row({})", fields.join(", "))
        }
        D::Dictionary(_, value) => type_name(value),
        other => other.to_string().to_lowercase(),
    }
}
