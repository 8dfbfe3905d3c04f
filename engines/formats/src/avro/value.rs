//! Avro's values: read from a block into columns, or passed over.

use super::schema::{Field, Schema};
use crate::coerce::{self, Result, bytes, double, long, mismatch, narrow, text};
use crate::text::Column;

/// How deep values may lie in each other.
const DEPTH_MAX: usize = 128;

/// The bytes of a block not yet read.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Cursor { rest }
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or("it ends inside a value")?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| "it ends inside a value".to_owned())
    }

    /// A number of variable length, zigzag.
    pub(super) fn long(&mut self) -> Result<i64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array::<1>()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        Err("a number is longer than ten bytes".to_owned())
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.long()?;
        let length = usize::try_from(length).map_err(|_| "a length is negative")?;
        self.take(length)
    }

    /// The items of the next run of an array or map; none at its end.
    fn run(&mut self) -> Result<Option<i64>> {
        let mut count = self.long()?;
        if count < 0 {
            self.long()?;
            count = count.checked_neg().ok_or("a count is not plausible")?;
        }
        // Items take a byte at least: those that take none are not worth a loop without end.
        if usize::try_from(count).is_ok_and(|count| count > self.left()) {
            return Err(format!("an array of {count} items is not plausible"));
        }
        Ok((count > 0).then_some(count))
    }

    fn boolean(&mut self) -> Result<bool> {
        Ok(self.array::<1>()? != [0])
    }
}

fn branch<'s>(cursor: &mut Cursor<'_>, branches: &'s [Schema]) -> Result<&'s Schema> {
    let at = cursor.long()?;
    let at = usize::try_from(at).ok().and_then(|at| branches.get(at));
    at.ok_or_else(|| "a union has no such branch".to_owned())
}

/// Passes over a value.
pub(super) fn skip(cursor: &mut Cursor<'_>, schema: &Schema, depth: usize) -> Result<()> {
    if depth > DEPTH_MAX {
        return Err("values lie too deep in each other".to_owned());
    }
    match schema {
        Schema::Null => {}
        Schema::Boolean => drop(cursor.take(1)?),
        Schema::Int
        | Schema::Long
        | Schema::Date
        | Schema::TimestampMillis
        | Schema::TimestampMicros
        | Schema::Enum(_) => drop(cursor.long()?),
        Schema::Float => drop(cursor.take(4)?),
        Schema::Double => drop(cursor.take(8)?),
        Schema::Bytes | Schema::String | Schema::Decimal { fixed: None, .. } => {
            cursor.bytes()?;
        }
        Schema::Fixed(size) | Schema::Decimal { fixed: Some(size), .. } => {
            cursor.take(*size)?;
        }
        Schema::Array(items) => {
            while let Some(count) = cursor.run()? {
                for _ in 0..count {
                    skip(cursor, items, depth + 1)?;
                }
            }
        }
        Schema::Map(values) => {
            while let Some(count) = cursor.run()? {
                for _ in 0..count {
                    cursor.bytes()?;
                    skip(cursor, values, depth + 1)?;
                }
            }
        }
        Schema::Record(fields) => {
            for field in fields.iter() {
                skip(cursor, &field.schema, depth + 1)?;
            }
        }
        Schema::Union(branches) => {
            let chosen = branch(cursor, branches)?;
            skip(cursor, chosen, depth + 1)?;
        }
        Schema::Named(name) => return Err(format!("type {name} contains itself")),
    }
    Ok(())
}

/// Appends a value to a column; an error where it is of another type.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    schema: &Schema,
    column: &mut Column,
    depth: usize,
) -> Result<()> {
    if depth > DEPTH_MAX {
        return Err("values lie too deep in each other".to_owned());
    }
    match schema {
        Schema::Null => column.push_null(),
        Schema::Union(branches) => {
            let chosen = branch(cursor, branches)?;
            return read(cursor, chosen, column, depth + 1);
        }
        Schema::Boolean => return coerce::boolean(column, cursor.boolean()?),
        Schema::Int | Schema::Long => {
            let value = cursor.long()?;
            return long(column, value);
        }
        Schema::Date => match (cursor.long()?, column) {
            (days, Column::Date(b)) => b.append_value(narrow(days)?),
            (days, column) => return long(column, days),
        },
        Schema::TimestampMillis | Schema::TimestampMicros => {
            let micros = matches!(schema, Schema::TimestampMicros);
            match (cursor.long()?, column) {
                (at, Column::Timestamp(b)) => {
                    b.append_value(if micros { at.div_euclid(1_000) } else { at });
                }
                (at, column) => return long(column, at),
            }
        }
        Schema::Float => return double(column, f32::from_le_bytes(cursor.array()?).into()),
        Schema::Double => return double(column, f64::from_le_bytes(cursor.array()?)),
        Schema::Bytes => return bytes(column, cursor.bytes()?),
        Schema::Fixed(size) => return bytes(column, cursor.take(*size)?),
        Schema::String => match cursor.bytes()? {
            value if column.is_text() => drop(column.push_scalar(value, &Default::default())),
            value => return bytes(column, value),
        },
        Schema::Enum(symbols) => {
            let at = cursor.long()?;
            let symbol = usize::try_from(at).ok().and_then(|at| symbols.get(at));
            let symbol = symbol.ok_or("an enum has no such symbol")?;
            return text(column, symbol, "enum");
        }
        Schema::Decimal { scale, fixed } => {
            let raw = match fixed {
                Some(size) => cursor.take(*size)?,
                None => cursor.bytes()?,
            };
            return decimal(column, raw, *scale);
        }
        Schema::Array(items) => {
            let Column::List(list) = column else { return mismatch("array") };
            while let Some(count) = cursor.run()? {
                for _ in 0..count {
                    read(cursor, items, &mut list.items, depth + 1)?;
                }
            }
            list.end(true);
        }
        Schema::Map(values) => {
            let Column::Map(map) = column else { return mismatch("map") };
            while let Some(count) = cursor.run()? {
                for _ in 0..count {
                    let key = cursor.bytes()?;
                    if !map.keys.push_scalar(key, &Default::default()) {
                        return mismatch("string");
                    }
                    read(cursor, values, &mut map.values, depth + 1)?;
                }
            }
            map.end(true);
        }
        Schema::Record(fields) => return record(cursor, fields, column, depth),
        Schema::Named(name) => return Err(format!("type {name} contains itself")),
    }
    Ok(())
}

/// A record into a struct, field by field of the same name.
fn record(
    cursor: &mut Cursor<'_>,
    fields: &[Field],
    column: &mut Column,
    depth: usize,
) -> Result<()> {
    let Column::Struct(into) = column else { return mismatch("record") };
    let mut filled = vec![false; into.columns.len()];
    for field in fields {
        match into.position(&field.name).filter(|at| !filled[*at]) {
            Some(at) => {
                filled[at] = true;
                read(cursor, &field.schema, &mut into.columns[at], depth + 1)?;
            }
            None => skip(cursor, &field.schema, depth + 1)?,
        }
    }
    for (column, filled) in into.columns.iter_mut().zip(filled) {
        if !filled {
            column.push_null();
        }
    }
    into.end(true);
    Ok(())
}

fn decimal(column: &mut Column, raw: &[u8], scale: u8) -> Result<()> {
    let negative = raw.first().is_some_and(|byte| byte & 0x80 != 0);
    let fill = if negative { 0xff } else { 0 };
    let significant = raw.len().saturating_sub(16);
    if raw[..significant].iter().any(|byte| *byte != fill) {
        return Err("a decimal has more than 38 digits".to_owned());
    }
    let mut wide = [fill; 16];
    let kept = &raw[significant..];
    wide[16 - kept.len()..].copy_from_slice(kept);
    coerce::decimal(column, i128::from_be_bytes(wide), scale)
}
