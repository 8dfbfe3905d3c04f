//! Iceberg's types as Arrow's, as the catalog's text, and back.

use std::collections::HashMap;
use std::sync::Arc;

use aquifer_iceberg::{Field as Column, ListType, MapType, Primitive, Schema, StructType, Type};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema as ArrowSchema, TimeUnit};
use datafusion::parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// The Arrow type of a column.
pub fn arrow_type(of: &Type) -> DataType {
    match of {
        // As the engine likes them best; within others it leaves them alone.
        Type::Primitive(Primitive::String) => DataType::Utf8View,
        Type::Primitive(Primitive::Binary) => DataType::BinaryView,
        other => within(other),
    }
}

fn within(of: &Type) -> DataType {
    match of {
        Type::Primitive(primitive) => primitive_type(*primitive),
        Type::Struct(fields) => DataType::Struct(
            fields
                .fields
                .iter()
                .map(|f| Field::new(&f.name, within(&f.field_type), true))
                .collect(),
        ),
        Type::List(list) => {
            DataType::List(Arc::new(Field::new("item", within(&list.element), true)))
        }
        Type::Map(map) => {
            let entry = Fields::from(vec![
                Field::new("key", within(&map.key), false),
                Field::new("value", within(&map.value), true),
            ]);
            let entries = Field::new("entries", DataType::Struct(entry), false);
            DataType::Map(Arc::new(entries), false)
        }
    }
}

fn primitive_type(of: Primitive) -> DataType {
    match of {
        Primitive::Boolean => DataType::Boolean,
        Primitive::Int => DataType::Int32,
        Primitive::Long => DataType::Int64,
        Primitive::Float => DataType::Float32,
        Primitive::Double => DataType::Float64,
        Primitive::Decimal { precision, scale } => DataType::Decimal128(
            u8::try_from(precision).unwrap_or(38),
            i8::try_from(scale).unwrap_or(0),
        ),
        Primitive::Date => DataType::Date32,
        Primitive::Time => DataType::Time64(TimeUnit::Microsecond),
        Primitive::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        Primitive::Timestamptz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Primitive::String => DataType::Utf8,
        Primitive::Uuid => DataType::FixedSizeBinary(16),
        Primitive::Fixed(length) => {
            DataType::FixedSizeBinary(i32::try_from(length).unwrap_or(i32::MAX))
        }
        Primitive::Binary => DataType::Binary,
    }
}

/// The columns as queries see them: names have no case, anything may be null.
pub fn column_fields(schema: &Schema) -> Vec<Field> {
    let field = |column: &Column| {
        Field::new(column.name.to_lowercase(), arrow_type(&column.field_type), true)
    };
    schema.columns.fields.iter().map(field).collect()
}

/// The schema of files that are written: every field has its id.
pub(crate) fn file_schema(schema: &Schema) -> ArrowSchema {
    ArrowSchema::new(schema.columns.fields.iter().map(file_field).collect::<Vec<_>>())
}

fn file_field(column: &Column) -> Field {
    with_id(Field::new(&column.name, file_type(&column.field_type), !column.required), column.id)
}

pub(crate) fn with_id(field: Field, id: i32) -> Field {
    let key = PARQUET_FIELD_ID_META_KEY.to_owned();
    field.with_metadata(HashMap::from([(key, id.to_string())]))
}

fn file_type(of: &Type) -> DataType {
    match of {
        Type::Primitive(primitive) => primitive_type(*primitive),
        Type::Struct(fields) => DataType::Struct(fields.fields.iter().map(file_field).collect()),
        Type::List(list) => {
            let element = Field::new("element", file_type(&list.element), !list.element_required);
            DataType::List(Arc::new(with_id(element, list.element_id)))
        }
        Type::Map(map) => {
            let entry = Fields::from(vec![
                with_id(Field::new("key", file_type(&map.key), false), map.key_id),
                with_id(
                    Field::new("value", file_type(&map.value), !map.value_required),
                    map.value_id,
                ),
            ]);
            DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entry), false)), false)
        }
    }
}

/// The Iceberg type of a query's column, its ids to be given; what is wrong where there is none.
///
/// # Errors
/// The name of the type that no table has.
pub fn type_of_arrow(of: &DataType) -> Result<Type, String> {
    let primitive = |primitive| Ok(Type::Primitive(primitive));
    match of {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            primitive(Primitive::String)
        }
        DataType::Boolean => primitive(Primitive::Boolean),
        DataType::Int32 | DataType::UInt16 => primitive(Primitive::Int),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => primitive(Primitive::Long),
        DataType::Float16 | DataType::Float32 => primitive(Primitive::Float),
        DataType::Float64 => primitive(Primitive::Double),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => primitive(Primitive::Decimal {
            precision: u32::from(*precision),
            scale: u32::try_from(*scale).unwrap_or(0),
        }),
        DataType::Date32 => primitive(Primitive::Date),
        DataType::Time32(_) | DataType::Time64(_) => primitive(Primitive::Time),
        DataType::Timestamp(_, None) => primitive(Primitive::Timestamp),
        DataType::Timestamp(_, Some(_)) => primitive(Primitive::Timestamptz),
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => primitive(Primitive::Binary),
        DataType::List(item) | DataType::LargeList(item) => Ok(Type::List(Box::new(ListType {
            element_id: 0,
            element_required: false,
            element: type_of_arrow(item.data_type())?,
        }))),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => Ok(Type::Map(Box::new(MapType {
                key_id: 0,
                key: type_of_arrow(pair[0].data_type())?,
                value_id: 0,
                value_required: false,
                value: type_of_arrow(pair[1].data_type())?,
            }))),
            _ => Err("map".to_owned()),
        },
        DataType::Struct(fields) => {
            let field = |field: &Arc<Field>| {
                Ok(Column {
                    id: 0,
                    name: field.name().clone(),
                    required: false,
                    field_type: type_of_arrow(field.data_type())?,
                    doc: None,
                })
            };
            let fields = fields.iter().map(field).collect::<Result<_, String>>()?;
            Ok(Type::Struct(StructType { fields }))
        }
        DataType::Int8 => Err("tinyint".to_owned()),
        DataType::Int16 | DataType::UInt8 => Err("smallint".to_owned()),
        other => Err(other.to_string()),
    }
}
