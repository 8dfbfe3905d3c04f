//! Builds one Arrow array of a Hive type, value by value; shared by the readers of delimited
//! text and of JSON. Values come as the text of a scalar or as nested builders' items; knows
//! neither rows nor syntax.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BinaryViewBuilder, BooleanBuilder, ListArray, MapArray,
    NullBufferBuilder, PrimitiveBuilder, StringBuilder, StringViewBuilder, StructArray,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, FieldRef, Fields, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pattern::TimestampFormats;
use super::value;
use crate::error::Result;
use crate::hive::HiveType;

/// A column being built.
pub(crate) enum Column {
    Boolean(BooleanBuilder),
    Int8(PrimitiveBuilder<Int8Type>),
    Int16(PrimitiveBuilder<Int16Type>),
    Int32(PrimitiveBuilder<Int32Type>),
    Int64(PrimitiveBuilder<Int64Type>),
    Float32(PrimitiveBuilder<Float32Type>),
    Float64(PrimitiveBuilder<Float64Type>),
    Decimal {
        builder: PrimitiveBuilder<Decimal128Type>,
        precision: u8,
        scale: u8,
    },
    /// Text at the top; `limit` is the most characters kept.
    View {
        builder: StringViewBuilder,
        limit: Option<u32>,
    },
    /// Text inside other values.
    Text {
        builder: StringBuilder,
        limit: Option<u32>,
    },
    Binary(BinaryBuilder),
    BinaryView(BinaryViewBuilder),
    Date(PrimitiveBuilder<Date32Type>),
    Timestamp(PrimitiveBuilder<TimestampMillisecondType>),
    List(Box<List>),
    Map(Box<Map>),
    Struct(Box<Struct>),
}

/// An array's items and where each array ends.
pub(crate) struct List {
    pub items: Column,
    field: FieldRef,
    lists: Runs,
}

/// A map's keys and values and where each map ends.
pub(crate) struct Map {
    pub keys: Column,
    pub values: Column,
    entries: FieldRef,
    maps: Runs,
}

/// One column per field.
pub(crate) struct Struct {
    pub columns: Vec<Column>,
    fields: Fields,
    nulls: NullBufferBuilder,
}

/// Where the runs of a list or map end, and which of them are NULL.
struct Runs {
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Runs {
    fn new(capacity: usize) -> Self {
        Runs { offsets: vec![0], nulls: NullBufferBuilder::new(capacity) }
    }

    /// Ends a run at `total` items. Batches hold far fewer than 2³¹ bytes, so no more items.
    fn end(&mut self, total: usize, valid: bool) {
        self.offsets.push(i32::try_from(total).expect("a batch's bytes are bounded"));
        self.nulls.append(valid);
    }
}

impl Column {
    /// A builder for values of a column (`top`) or of something inside one.
    pub(crate) fn new(ty: &HiveType, top: bool, capacity: usize) -> Column {
        fn primitive<T: arrow::datatypes::ArrowPrimitiveType>(n: usize) -> PrimitiveBuilder<T> {
            PrimitiveBuilder::with_capacity(n)
        }
        let limit = match ty {
            HiveType::Varchar(n) | HiveType::Char(n) => Some(*n),
            _ => None,
        };
        match ty {
            HiveType::Boolean => Column::Boolean(BooleanBuilder::with_capacity(capacity)),
            HiveType::TinyInt => Column::Int8(primitive(capacity)),
            HiveType::SmallInt => Column::Int16(primitive(capacity)),
            HiveType::Int => Column::Int32(primitive(capacity)),
            HiveType::BigInt => Column::Int64(primitive(capacity)),
            HiveType::Float => Column::Float32(primitive(capacity)),
            HiveType::Double => Column::Float64(primitive(capacity)),
            HiveType::Decimal(precision, scale) => Column::Decimal {
                builder: primitive(capacity).with_data_type(ty.to_arrow()),
                precision: *precision,
                scale: *scale,
            },
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Void if top => {
                Column::View { builder: StringViewBuilder::with_capacity(capacity), limit }
            }
            HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Void => {
                Column::Text { builder: StringBuilder::with_capacity(capacity, 0), limit }
            }
            HiveType::Binary if top => {
                Column::BinaryView(BinaryViewBuilder::with_capacity(capacity))
            }
            HiveType::Binary => Column::Binary(BinaryBuilder::with_capacity(capacity, 0)),
            HiveType::Date => Column::Date(primitive(capacity)),
            HiveType::Timestamp => Column::Timestamp(primitive(capacity)),
            HiveType::Array(item) => {
                let DataType::List(field) = ty.to_arrow() else { unreachable!("arrays are lists") };
                let lists = Runs::new(capacity);
                Column::List(Box::new(List { items: Column::new(item, false, 0), field, lists }))
            }
            HiveType::Map(key, value) => {
                let DataType::Map(entries, _) = ty.to_arrow() else {
                    unreachable!("maps are maps")
                };
                Column::Map(Box::new(Map {
                    keys: Column::new(key, false, 0),
                    values: Column::new(value, false, 0),
                    entries,
                    maps: Runs::new(capacity),
                }))
            }
            HiveType::Struct(members) => {
                let DataType::Struct(fields) = ty.to_arrow() else {
                    unreachable!("structs are structs")
                };
                Column::Struct(Box::new(Struct {
                    columns: members
                        .iter()
                        .map(|(_, ty)| Column::new(ty, false, capacity))
                        .collect(),
                    fields,
                    nulls: NullBufferBuilder::new(capacity),
                }))
            }
        }
    }

    pub(crate) fn push_null(&mut self) {
        match self {
            Column::Boolean(b) => b.append_null(),
            Column::Int8(b) => b.append_null(),
            Column::Int16(b) => b.append_null(),
            Column::Int32(b) => b.append_null(),
            Column::Int64(b) => b.append_null(),
            Column::Float32(b) => b.append_null(),
            Column::Float64(b) => b.append_null(),
            Column::Decimal { builder, .. } => builder.append_null(),
            Column::View { builder, .. } => builder.append_null(),
            Column::Text { builder, .. } => builder.append_null(),
            Column::Binary(b) => b.append_null(),
            Column::BinaryView(b) => b.append_null(),
            Column::Date(b) => b.append_null(),
            Column::Timestamp(b) => b.append_null(),
            Column::List(list) => list.end(false),
            Column::Map(map) => map.end(false),
            Column::Struct(s) => {
                s.columns.iter_mut().for_each(Column::push_null);
                s.end(false);
            }
        }
    }

    /// Appends the value of a scalar's text and answers true; or, if the text is not of the
    /// column's type, appends nothing and answers false. Text that is not UTF-8 is repaired.
    pub(crate) fn push_scalar(&mut self, text: &[u8], formats: &TimestampFormats) -> bool {
        fn push<T: arrow::datatypes::ArrowPrimitiveType>(
            builder: &mut PrimitiveBuilder<T>,
            value: Option<T::Native>,
        ) -> bool {
            value.inspect(|v| builder.append_value(*v)).is_some()
        }
        let integer = || value::integer(text);
        match self {
            Column::Boolean(b) => value::boolean(text).inspect(|v| b.append_value(*v)).is_some(),
            Column::Int8(b) => push(b, integer().and_then(|v| v.try_into().ok())),
            Column::Int16(b) => push(b, integer().and_then(|v| v.try_into().ok())),
            Column::Int32(b) => push(b, integer().and_then(|v| v.try_into().ok())),
            Column::Int64(b) => push(b, integer()),
            Column::Float32(b) => push(b, value::float(text)),
            Column::Float64(b) => push(b, value::double(text)),
            Column::Decimal { builder, precision, scale } => {
                push(builder, value::decimal(text, *precision, *scale))
            }
            Column::View { .. } | Column::Text { .. } => match std::str::from_utf8(text) {
                Ok(text) => self.push_str(text),
                Err(_) => self.push_str(&String::from_utf8_lossy(text)),
            },
            Column::Binary(b) => {
                b.append_value(binary(text).as_deref().unwrap_or(text));
                true
            }
            Column::BinaryView(b) => {
                b.append_value(binary(text).as_deref().unwrap_or(text));
                true
            }
            Column::Date(b) => push(b, value::date(text)),
            // Floors, so that what is before the epoch keeps its order.
            Column::Timestamp(b) => push(b, formats.timestamp(text).map(|t| t.div_euclid(1_000))),
            Column::List(_) | Column::Map(_) | Column::Struct(_) => false,
        }
    }

    /// As [`Column::push_scalar`], for text known to be UTF-8.
    pub(crate) fn push_str(&mut self, text: &str) -> bool {
        match self {
            Column::View { builder, limit } => builder.append_value(first_chars(text, *limit)),
            Column::Text { builder, limit } => builder.append_value(first_chars(text, *limit)),
            other => return other.push_scalar(text.as_bytes(), &TimestampFormats::default()),
        }
        true
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Column::View { .. } | Column::Text { .. })
    }

    pub(crate) fn len(&self) -> usize {
        use arrow::array::ArrayBuilder;
        match self {
            Column::Boolean(b) => b.len(),
            Column::Int8(b) => b.len(),
            Column::Int16(b) => b.len(),
            Column::Int32(b) => b.len(),
            Column::Int64(b) => b.len(),
            Column::Float32(b) => b.len(),
            Column::Float64(b) => b.len(),
            Column::Decimal { builder, .. } => builder.len(),
            Column::View { builder, .. } => builder.len(),
            Column::Text { builder, .. } => builder.len(),
            Column::Binary(b) => b.len(),
            Column::BinaryView(b) => b.len(),
            Column::Date(b) => b.len(),
            Column::Timestamp(b) => b.len(),
            Column::List(list) => list.lists.offsets.len() - 1,
            Column::Map(map) => map.maps.offsets.len() - 1,
            Column::Struct(s) => s.nulls.len(),
        }
    }

    /// The array of what was pushed.
    pub(crate) fn finish(self) -> Result<ArrayRef> {
        Ok(match self {
            Column::Boolean(mut b) => Arc::new(b.finish()),
            Column::Int8(mut b) => Arc::new(b.finish()),
            Column::Int16(mut b) => Arc::new(b.finish()),
            Column::Int32(mut b) => Arc::new(b.finish()),
            Column::Int64(mut b) => Arc::new(b.finish()),
            Column::Float32(mut b) => Arc::new(b.finish()),
            Column::Float64(mut b) => Arc::new(b.finish()),
            Column::Decimal { mut builder, .. } => Arc::new(builder.finish()),
            Column::View { mut builder, .. } => Arc::new(builder.finish()),
            Column::Text { mut builder, .. } => Arc::new(builder.finish()),
            Column::Binary(mut b) => Arc::new(b.finish()),
            Column::BinaryView(mut b) => Arc::new(b.finish()),
            Column::Date(mut b) => Arc::new(b.finish()),
            Column::Timestamp(mut b) => Arc::new(b.finish()),
            Column::List(list) => list.finish()?,
            Column::Map(map) => map.finish()?,
            Column::Struct(s) => s.finish()?,
        })
    }
}

impl List {
    /// Ends one array after its items were pushed; `valid` is false for NULL.
    pub(crate) fn end(&mut self, valid: bool) {
        self.lists.end(self.items.len(), valid);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.lists.offsets));
        let nulls = self.lists.nulls.finish();
        Ok(Arc::new(ListArray::try_new(self.field, offsets, self.items.finish()?, nulls)?))
    }
}

impl Map {
    /// Ends one map after its keys and values were pushed; `valid` is false for NULL.
    pub(crate) fn end(&mut self, valid: bool) {
        self.maps.end(self.keys.len(), valid);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let DataType::Struct(fields) = self.entries.data_type() else {
            unreachable!("a map's entries are a struct")
        };
        let columns = vec![self.keys.finish()?, self.values.finish()?];
        let entries = StructArray::try_new(fields.clone(), columns, None)?;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.maps.offsets));
        let nulls = self.maps.nulls.finish();
        Ok(Arc::new(MapArray::try_new(self.entries, offsets, entries, nulls, false)?))
    }
}

impl Struct {
    /// The place of a field by its name, whatever its case.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Ends one struct after each of its columns got a value.
    pub(crate) fn end(&mut self, valid: bool) {
        self.nulls.append(valid);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let length = self.nulls.len();
        let nulls = self.nulls.finish();
        let columns = self.columns.into_iter().map(Column::finish).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(StructArray::try_new_with_length(self.fields, columns, nulls, length)?))
    }
}

/// Binary values are Base64 in text; what is not is taken as it is.
fn binary(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn first_chars(text: &str, limit: Option<u32>) -> &str {
    match limit {
        Some(limit) if text.len() > limit as usize => {
            text.char_indices().nth(limit as usize).map_or(text, |(end, _)| &text[..end])
        }
        _ => text,
    }
}
