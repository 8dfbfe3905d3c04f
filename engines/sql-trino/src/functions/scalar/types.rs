//! The types arguments are declared in, which Arrow types stand for them, and what converts to what
//! without being asked: integers widen, decimals become doubles, dates become timestamps, NULL
//! becomes anything. Text never becomes a number.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};

use crate::opaque::Opaque;
use crate::types::TrinoType;

/// A declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Boolean,
    /// 32 bits; narrower ones widen to it.
    Integer,
    Bigint,
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
    Real,
    /// Returned only.
    Tinyint,
    Opaque(Opaque),
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
            Type::Double => DataType::Float64,
            Type::Real => DataType::Float32,
            Type::Tinyint => DataType::Int8,
            Type::Opaque(opaque) => opaque.arrow(),
            Type::Varchar | Type::Json => DataType::Utf8,
            Type::Varbinary => DataType::Binary,
            Type::Date => DataType::Date32,
            Type::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
            Type::TimestampTz => DataType::Timestamp(TimeUnit::Millisecond, Some(Arc::from("UTC"))),
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
            Type::Real => (*given == D::Float32).then_some(D::Float32),
            Type::Opaque(opaque) => (*given == opaque.arrow()).then(|| given.clone()),
            Type::Same(_) | Type::Tinyint => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Bigint => "bigint",
            Type::Double => "double",
            Type::Real => "real",
            Type::Tinyint => "tinyint",
            Type::Opaque(opaque) => opaque.name(),
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

/// The name the dialect has for an Arrow type.
pub(crate) fn type_name(data_type: &DataType) -> String {
    TrinoType::of_arrow(data_type).to_string()
}
