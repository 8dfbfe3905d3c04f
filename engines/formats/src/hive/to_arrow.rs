//! Hive types as Arrow types, and back.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};

use super::{DECIMAL_PRECISION_MAX, HiveType};
use crate::error::{Error, Result};

impl HiveType {
    /// The Arrow type a column is held in.
    ///
    /// Text columns are `Utf8View`: it is what DataFusion makes of Parquet strings by default and
    /// its fastest type to filter, group and join. Text inside arrays, maps and structs is `Utf8`:
    /// DataFusion leaves nested text alone, and its list and map functions yield `Utf8`. Timestamps
    /// are milliseconds, all that text tables hold; see [`HiveType::to_arrow_with`] for others.
    pub fn to_arrow(&self) -> DataType {
        self.to_arrow_with(TimeUnit::Millisecond)
    }

    /// As [`HiveType::to_arrow`], with timestamps of another precision.
    pub fn to_arrow_with(&self, unit: TimeUnit) -> DataType {
        match self {
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Void => {
                DataType::Utf8View
            }
            HiveType::Binary => DataType::BinaryView,
            other => other.nested_to_arrow(unit),
        }
    }

    fn nested_to_arrow(&self, unit: TimeUnit) -> DataType {
        let field = |name: &str, ty: &HiveType, nullable: bool| -> FieldRef {
            Arc::new(Field::new(name, ty.nested_to_arrow(unit), nullable))
        };
        match self {
            HiveType::Boolean => DataType::Boolean,
            HiveType::TinyInt => DataType::Int8,
            HiveType::SmallInt => DataType::Int16,
            HiveType::Int => DataType::Int32,
            HiveType::BigInt => DataType::Int64,
            HiveType::Float => DataType::Float32,
            HiveType::Double => DataType::Float64,
            HiveType::Decimal(p, s) => DataType::Decimal128(*p, *s as i8),
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Void => {
                DataType::Utf8
            }
            HiveType::Date => DataType::Date32,
            HiveType::Timestamp => DataType::Timestamp(unit, None),
            HiveType::Binary => DataType::Binary,
            HiveType::Array(item) => DataType::List(field("item", item, true)),
            HiveType::Map(key, value) => {
                let entry =
                    Fields::from(vec![field("key", key, false), field("value", value, true)]);
                let entries = Field::new("entries", DataType::Struct(entry), false);
                DataType::Map(Arc::new(entries), false)
            }
            HiveType::Struct(fields) => {
                DataType::Struct(fields.iter().map(|(name, ty)| field(name, ty, true)).collect())
            }
        }
    }

    /// The type a table declares for an Arrow type: the narrowest that holds its values. Types
    /// without a counterpart (unions) are refused.
    pub fn from_arrow(ty: &DataType) -> Result<HiveType> {
        Ok(match ty {
            DataType::Null => HiveType::String,
            DataType::Boolean => HiveType::Boolean,
            DataType::Int8 => HiveType::TinyInt,
            DataType::Int16 | DataType::UInt8 => HiveType::SmallInt,
            DataType::Int32 | DataType::UInt16 | DataType::Time32(_) => HiveType::Int,
            DataType::Int64 | DataType::UInt32 | DataType::Time64(_) | DataType::Duration(_) => {
                HiveType::BigInt
            }
            DataType::UInt64 => HiveType::Decimal(20, 0),
            DataType::Float16 | DataType::Float32 => HiveType::Float,
            DataType::Float64 => HiveType::Double,
            DataType::Decimal32(p, s)
            | DataType::Decimal64(p, s)
            | DataType::Decimal128(p, s)
            | DataType::Decimal256(p, s) => decimal_from_arrow(*p, *s),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Interval(_) => {
                HiveType::String
            }
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => HiveType::Binary,
            DataType::Date32 | DataType::Date64 => HiveType::Date,
            DataType::Timestamp(..) => HiveType::Timestamp,
            DataType::Dictionary(_, values) => HiveType::from_arrow(values)?,
            DataType::RunEndEncoded(_, values) => HiveType::from_arrow(values.data_type())?,
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _) => {
                HiveType::Array(Box::new(HiveType::from_arrow(item.data_type())?))
            }
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(kv) if kv.len() == 2 => HiveType::Map(
                    Box::new(HiveType::from_arrow(kv[0].data_type())?),
                    Box::new(HiveType::from_arrow(kv[1].data_type())?),
                ),
                _ => return Err(Error::NoSuchType(ty.to_string())),
            },
            DataType::Struct(fields) => HiveType::Struct(
                fields
                    .iter()
                    .map(|f| Ok((f.name().clone(), HiveType::from_arrow(f.data_type())?)))
                    .collect::<Result<_>>()?,
            ),
            DataType::Union(..) => return Err(Error::NoSuchType(ty.to_string())),
        })
    }
}

fn decimal_from_arrow(precision: u8, scale: i8) -> HiveType {
    // A negative scale means trailing zeroes that Hive must spell out.
    let (precision, scale) = match u8::try_from(scale) {
        Ok(scale) => (precision, scale),
        Err(_) => (precision.saturating_add(scale.unsigned_abs()), 0),
    };
    if precision > DECIMAL_PRECISION_MAX || scale > precision {
        HiveType::Double
    } else {
        HiveType::Decimal(precision, scale)
    }
}

/// The Arrow schema of columns read from text, every one nullable.
pub fn arrow_schema(columns: &[(String, HiveType)]) -> SchemaRef {
    let field = |(name, ty): &(String, HiveType)| Field::new(name, ty.to_arrow(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_survives_arrow() {
        for text in [
            "boolean",
            "tinyint",
            "smallint",
            "int",
            "bigint",
            "float",
            "double",
            "decimal(12,2)",
            "string",
            "date",
            "timestamp",
            "binary",
            "array<struct<a:int,b:map<string,array<double>>>>",
        ] {
            let ty: HiveType = text.parse().unwrap();
            assert_eq!(HiveType::from_arrow(&ty.to_arrow()).unwrap(), ty);
        }
    }

    #[test]
    fn types_hive_lacks_widen() {
        for (arrow, want) in [
            (DataType::UInt8, "smallint"),
            (DataType::UInt32, "bigint"),
            (DataType::UInt64, "decimal(20,0)"),
            (DataType::Decimal128(5, -2), "decimal(7,0)"),
            (DataType::Decimal256(60, 2), "double"),
            (DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)), "string"),
        ] {
            assert_eq!(HiveType::from_arrow(&arrow).unwrap().to_string(), want);
        }
    }

    #[test]
    fn text_is_a_view_only_at_the_top() {
        assert_eq!(HiveType::String.to_arrow(), DataType::Utf8View);
        let nested = HiveType::Array(Box::new(HiveType::String)).to_arrow();
        assert_eq!(nested, DataType::new_list(DataType::Utf8, true));
    }
}
