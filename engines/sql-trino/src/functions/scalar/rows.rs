//! The arguments of one call, row by row, and columns made row by row. A constant argument stays
//! one value; rows where a strict function has a NULL argument are never shown to it.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BinaryBuilder, BooleanArray,
    LargeStringArray, ListArray, MapArray, PrimitiveArray, PrimitiveBuilder, StringArray,
    StringBuilder, StringViewArray,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, FieldRef, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

use super::super::datetime::zone::Zone;
use crate::opaque::Opaque;

/// The arguments of one call.
pub(crate) struct Rows {
    columns: Vec<Column>,
    fields: Vec<FieldRef>,
    rows: usize,
    /// Rows a strict function must not see.
    nulls: Option<NullBuffer>,
    returns: DataType,
}

struct Column {
    array: ArrayRef,
    /// One value for all rows.
    constant: bool,
}

impl Rows {
    pub(super) fn new(args: &ScalarFunctionArgs, rows: usize, strict: bool) -> Result<Self> {
        let mut columns = Vec::with_capacity(args.args.len());
        let mut nulls: Option<NullBuffer> = None;
        for arg in &args.args {
            let (array, constant) = match arg {
                ColumnarValue::Array(array) => (Arc::clone(array), false),
                ColumnarValue::Scalar(value) => (value.to_array()?, true),
            };
            if strict && constant && array.is_null(0) {
                nulls = Some(NullBuffer::new_null(rows));
            } else if strict && !constant {
                nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
            }
            columns.push(Column { array, constant });
        }
        let fields = args.arg_fields.clone();
        Ok(Self { columns, fields, rows, nulls, returns: args.return_type().clone() })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn arguments(&self) -> usize {
        self.columns.len()
    }

    /// The type the function answers.
    pub(crate) fn returns(&self) -> &DataType {
        &self.returns
    }

    /// The argument's type with what its column says besides.
    pub(crate) fn field(&self, argument: usize) -> &FieldRef {
        &self.fields[argument]
    }

    pub(crate) fn data_type(&self, index: usize) -> &DataType {
        self.columns[index].array.data_type()
    }

    /// Where the value of a row is in [`Rows::array`].
    pub(crate) fn index(&self, argument: usize, row: usize) -> usize {
        if self.columns[argument].constant { 0 } else { row }
    }

    /// The argument's column: a single value when it is constant; see [`Rows::index`].
    pub(crate) fn array(&self, argument: usize) -> &ArrayRef {
        &self.columns[argument].array
    }

    /// The argument's column with a value for each row.
    pub(crate) fn full(&self, argument: usize) -> Result<ArrayRef> {
        let column = &self.columns[argument];
        if !column.constant || self.rows == 1 {
            return Ok(Arc::clone(&column.array));
        }
        let first = datafusion::arrow::array::UInt32Array::from(vec![0; self.rows]);
        Ok(datafusion::arrow::compute::take(&column.array, &first, None)?)
    }

    pub(crate) fn is_null(&self, argument: usize, row: usize) -> bool {
        self.columns[argument].array.is_null(self.index(argument, row))
    }

    /// Whether a strict function answers NULL for the row.
    pub(crate) fn skips(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    pub(crate) fn text(&self, argument: usize) -> Text<'_> {
        let Column { array, constant } = &self.columns[argument];
        let layout = match array.data_type() {
            DataType::Utf8View => Layout::View(array.as_string_view()),
            DataType::LargeUtf8 => Layout::Large(array.as_string()),
            _ => Layout::Plain(array.as_string()),
        };
        Text { layout, constant: *constant }
    }

    fn primitive<T: ArrowPrimitiveType>(&self, argument: usize) -> Values<'_, T> {
        let Column { array, constant } = &self.columns[argument];
        Values { array: array.as_primitive(), constant: *constant }
    }

    pub(crate) fn integer(&self, argument: usize) -> Values<'_, Int32Type> {
        self.primitive(argument)
    }

    pub(crate) fn long(&self, argument: usize) -> Values<'_, Int64Type> {
        self.primitive(argument)
    }

    pub(crate) fn double(&self, argument: usize) -> Values<'_, Float64Type> {
        self.primitive(argument)
    }

    pub(crate) fn boolean(&self, argument: usize) -> Booleans<'_> {
        let Column { array, constant } = &self.columns[argument];
        Booleans { array: array.as_boolean(), constant: *constant }
    }

    pub(crate) fn binary(&self, argument: usize) -> Binary<'_> {
        let Column { array, constant } = &self.columns[argument];
        Binary { array: array.as_binary(), constant: *constant }
    }

    /// Bytes of a value of an opaque type.
    pub(crate) fn opaque(&self, argument: usize) -> Inside<'_> {
        let Column { array, constant } = &self.columns[argument];
        Inside { array: array.as_struct().column(0), constant: *constant }
    }

    pub(crate) fn list(&self, argument: usize) -> &ListArray {
        self.columns[argument].array.as_list()
    }

    pub(crate) fn map(&self, argument: usize) -> &MapArray {
        self.columns[argument].array.as_map()
    }

    /// Points in time in microseconds, of a date or a timestamp with or without a zone.
    pub(crate) fn instant(&self, argument: usize) -> Result<Instants> {
        let Column { array, constant } = &self.columns[argument];
        let zone = match array.data_type() {
            DataType::Timestamp(_, Some(zone)) => Some(Zone::parse(zone)?),
            _ => None,
        };
        let plain = match array.data_type() {
            DataType::Timestamp(_, zone) => {
                cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?
            }
            _ => cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?,
        };
        let array = plain.as_primitive::<TimestampMicrosecondType>().clone();
        Ok(Instants { array, constant: *constant, zone })
    }

    /// A column of any primitive type.
    pub(crate) fn make<T: ArrowPrimitiveType>(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<T::Native>>,
    ) -> Result<ArrayRef> {
        let mut builder = PrimitiveBuilder::<T>::with_capacity(self.rows);
        for row in 0..self.rows {
            builder.append_option(if self.skips(row) { None } else { value(row)? });
        }
        let array = builder.finish();
        if *array.data_type() == self.returns {
            return Ok(Arc::new(array));
        }
        // Units that come with a zone, or a finer unit than was computed in.
        Ok(cast(&array.with_data_type(zoned(T::DATA_TYPE, &self.returns)), &self.returns)?)
    }

    pub(crate) fn longs(
        &self,
        value: impl FnMut(usize) -> Result<Option<i64>>,
    ) -> Result<ArrayRef> {
        self.make::<Int64Type>(value)
    }

    pub(crate) fn doubles(
        &self,
        value: impl FnMut(usize) -> Result<Option<f64>>,
    ) -> Result<ArrayRef> {
        self.make::<Float64Type>(value)
    }

    /// Timestamps or dates from microseconds, in whatever unit the function answers.
    pub(crate) fn instants(
        &self,
        value: impl FnMut(usize) -> Result<Option<i64>>,
    ) -> Result<ArrayRef> {
        self.make::<TimestampMicrosecondType>(value)
    }

    pub(crate) fn booleans(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<bool>>,
    ) -> Result<ArrayRef> {
        let values: Result<BooleanArray> =
            (0..self.rows).map(|row| if self.skips(row) { Ok(None) } else { value(row) }).collect();
        Ok(Arc::new(values?))
    }

    pub(crate) fn varchars<S: AsRef<str>>(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<S>>,
    ) -> Result<ArrayRef> {
        let mut builder = StringBuilder::with_capacity(self.rows, self.rows * 8);
        for row in 0..self.rows {
            match if self.skips(row) { None } else { value(row)? } {
                Some(text) => builder.append_value(text),
                None => builder.append_null(),
            }
            within(builder.values_slice().len())?;
        }
        Ok(Arc::new(builder.finish()))
    }

    pub(crate) fn binaries<B: AsRef<[u8]>>(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<B>>,
    ) -> Result<ArrayRef> {
        let mut builder = BinaryBuilder::with_capacity(self.rows, self.rows * 8);
        for row in 0..self.rows {
            match if self.skips(row) { None } else { value(row)? } {
                Some(bytes) => builder.append_value(bytes),
                None => builder.append_null(),
            }
            within(builder.values_slice().len())?;
        }
        Ok(Arc::new(builder.finish()))
    }
}

impl Rows {
    /// A column of the opaque type that is answered, of bytes.
    pub(crate) fn opaques<B: AsRef<[u8]>>(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<B>>,
    ) -> Result<ArrayRef> {
        let mut values = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            values.push(if self.skips(row) { None } else { value(row)? });
        }
        self.answers()?.column(&values)
    }

    /// A column of the opaque type that is answered, of numbers.
    pub(crate) fn opaque_numbers(
        &self,
        mut value: impl FnMut(usize) -> Result<Option<i64>>,
    ) -> Result<ArrayRef> {
        let values: Result<Vec<Option<i64>>> =
            (0..self.rows).map(|row| if self.skips(row) { Ok(None) } else { value(row) }).collect();
        self.answers()?.numbers(values?.into())
    }

    fn answers(&self) -> Result<Opaque> {
        Opaque::of(&self.returns).ok_or_else(|| exec_datafusion_err!("not an opaque type"))
    }
}

/// Values inside a column of an opaque type.
pub(crate) struct Inside<'a> {
    array: &'a ArrayRef,
    constant: bool,
}

impl<'a> Inside<'a> {
    pub(crate) fn at(&self, row: usize) -> &'a [u8] {
        crate::opaque::bytes(self.array, if self.constant { 0 } else { row })
    }

    pub(crate) fn number(&self, row: usize) -> i64 {
        self.array.as_primitive::<Int64Type>().value(if self.constant { 0 } else { row })
    }
}

/// A column's bytes must stay addressable by 32-bit offsets.
fn within(bytes: usize) -> Result<()> {
    const BYTES_MAX: usize = 1 << 30;
    if bytes > BYTES_MAX {
        return Err(exec_datafusion_err!("a batch of values is larger than 1 GiB"));
    }
    Ok(())
}

/// The computed type with the zone of the answered one.
fn zoned(computed: DataType, returns: &DataType) -> DataType {
    match (computed, returns) {
        (DataType::Timestamp(unit, _), DataType::Timestamp(_, zone)) => {
            DataType::Timestamp(unit, zone.clone())
        }
        (computed, _) => computed,
    }
}

enum Layout<'a> {
    Plain(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

/// Text of one argument.
pub(crate) struct Text<'a> {
    layout: Layout<'a>,
    constant: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn at(&self, row: usize) -> &'a str {
        let row = if self.constant { 0 } else { row };
        match self.layout {
            Layout::Plain(array) => array.value(row),
            Layout::Large(array) => array.value(row),
            Layout::View(array) => array.value(row),
        }
    }
}

/// Numbers or days of one argument.
pub(crate) struct Values<'a, T: ArrowPrimitiveType> {
    array: &'a PrimitiveArray<T>,
    constant: bool,
}

impl<T: ArrowPrimitiveType> Values<'_, T> {
    pub(crate) fn at(&self, row: usize) -> T::Native {
        self.array.value(if self.constant { 0 } else { row })
    }
}

pub(crate) struct Booleans<'a> {
    array: &'a BooleanArray,
    constant: bool,
}

impl Booleans<'_> {
    pub(crate) fn at(&self, row: usize) -> bool {
        self.array.value(if self.constant { 0 } else { row })
    }
}

pub(crate) struct Binary<'a> {
    array: &'a BinaryArray,
    constant: bool,
}

impl<'a> Binary<'a> {
    pub(crate) fn at(&self, row: usize) -> &'a [u8] {
        self.array.value(if self.constant { 0 } else { row })
    }
}

/// Points in time of one argument.
pub(crate) struct Instants {
    array: PrimitiveArray<TimestampMicrosecondType>,
    constant: bool,
    /// The zone the column is shown in; none for dates and plain timestamps.
    pub(crate) zone: Option<Zone>,
}

impl Instants {
    /// Microseconds since the epoch: of the instant, or of the wall clock when there is no zone.
    pub(crate) fn micros(&self, row: usize) -> i64 {
        self.array.value(if self.constant { 0 } else { row })
    }

    /// What the wall clock shows.
    pub(crate) fn local(&self, row: usize) -> Result<chrono::NaiveDateTime> {
        let micros = self.micros(row);
        let utc = chrono::DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| exec_datafusion_err!("timestamp {micros} is out of range"))?
            .naive_utc();
        Ok(match &self.zone {
            Some(zone) => zone.local(utc),
            None => utc,
        })
    }

    /// Microseconds of the instant the wall clock shows a time at.
    pub(crate) fn instant_of(&self, local: chrono::NaiveDateTime) -> i64 {
        match &self.zone {
            Some(zone) => zone.instant(local).and_utc().timestamp_micros(),
            None => local.and_utc().timestamp_micros(),
        }
    }
}
