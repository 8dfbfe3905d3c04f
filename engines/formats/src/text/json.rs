//! JSON lines as Arrow columns. A line is first checked and the selected values found in it; then
//! each column is read from its values, so that a malformed line leaves nothing behind.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memchr;

use super::Selected;
use super::column::Column;
use super::json_scan::{Cursor, Malformed, Scan, unescape};
use super::lines::Lines;
use super::pattern::TimestampFormats;
use super::records::Records;
use super::value;
use crate::error::{Error, Result};
use crate::hive::HiveType;
use crate::options::{JsonOptions, JsonStyle};

/// Keys remembered per object shape; further ones are looked up each time.
const REMEMBERED_KEYS: usize = 512;
/// Numbers above are milliseconds since the epoch, others seconds: in seconds it is the year 5138.
const MILLIS_FROM: f64 = 1e11;

/// The rows of a file of JSON lines.
pub(super) struct JsonRows {
    options: JsonOptions,
    formats: TimestampFormats,
    /// Lines that are not blank, or records.
    lines: Lines,
    /// Where rows are not lines but objects of an array.
    records: Option<Records>,
    keys: Keys,
    /// By column, how its values are read.
    shapes: Vec<Shape>,
}

/// Finds the column of a key. Objects of one file mostly have the same keys in the same order, so
/// the last object's are compared first.
struct Keys {
    slots: HashMap<Vec<u8>, usize>,
    remembered: Vec<(Vec<u8>, Option<usize>)>,
    case_insensitive: bool,
    dots_in_keys: bool,
    scratch: Vec<u8>,
}

/// A type with the keys of its structs.
enum Shape {
    Scalar,
    Array(Box<Shape>),
    Map(Box<Shape>),
    Struct(Keys, Vec<Shape>),
}

/// Where a value is; an empty range where there is none.
type Slot = Range<u32>;

impl JsonRows {
    pub(super) fn new(options: &JsonOptions, columns: &[Selected]) -> Result<Self> {
        let formats = TimestampFormats::new(&options.timestamp_formats)
            .map_err(|p| Error::Options(format!("timestamp formats are not understood: {p}")))?;
        Ok(JsonRows {
            formats,
            lines: Lines::new(false),
            records: options.records.as_deref().map(Records::new),
            keys: Keys::new(columns.iter().map(|c| c.name.as_str()), options),
            shapes: columns.iter().map(|c| Shape::new(&c.ty, options)).collect(),
            options: options.clone(),
        })
    }

    pub(super) fn scan(&mut self, data: &[u8], from: usize, last: bool, max: usize) -> usize {
        match &mut self.records {
            Some(records) => records.scan(data, from, last, max, &mut self.lines),
            None => self.lines.scan(data, from, last, max),
        }
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    pub(super) fn lines_mut(&mut self) -> &mut Lines {
        &mut self.lines
    }

    pub(super) fn rebase(&mut self, by: usize) {
        self.lines.rebase(by);
        if let Some(records) = &mut self.records {
            records.rebase(by);
        }
    }

    /// The selected columns of the first `n` lines. An error names the row, from zero.
    pub(super) fn build(
        &mut self,
        data: &[u8],
        n: usize,
        columns: &[Selected],
    ) -> Result<Vec<Column>, (usize, Error)> {
        let width = columns.len();
        let mut slots: Vec<Slot> = vec![0..0; n * width];
        for (row, line) in self.lines.first(n).iter().enumerate() {
            let text = &data[line.from as usize..line.to as usize];
            let found = &mut slots[row * width..(row + 1) * width];
            match find(&mut Cursor::new(text), &mut self.keys, found, 0) {
                Ok(()) => {
                    let base = line.from;
                    found.iter_mut().for_each(|s| *s = s.start + base..s.end + base);
                }
                Err(_) if self.options.ignore_malformed => found.fill(0..0),
                Err(Malformed { at, message }) => {
                    let message = format!("not a valid JSON object: {message} (column {})", at + 1);
                    return Err((row, Error::Row { line: 0, message }));
                }
            }
        }
        let mut reader = Reader {
            formats: &self.formats,
            lenient: self.options.style == JsonStyle::OpenX || self.options.ignore_malformed,
            scratch: Vec::new(),
        };
        let mut built = Vec::with_capacity(width);
        for (i, (selected, shape)) in columns.iter().zip(&mut self.shapes).enumerate() {
            let mut column = Column::new(&selected.ty, true, n);
            for row in 0..n {
                let slot = &slots[row * width + i];
                let raw = &data[slot.start as usize..slot.end as usize];
                if reader.push(&mut column, shape, raw, 0).is_err() {
                    return Err((row, selected.bad_value(raw)));
                }
            }
            built.push(column);
        }
        Ok(built)
    }
}

/// Checks the object at the cursor and notes where the values of known keys are. Of a key that
/// occurs twice the last counts.
fn find(cursor: &mut Cursor<'_>, keys: &mut Keys, slots: &mut [Slot], depth: usize) -> Scan<()> {
    cursor.expect(b'{', "an object is expected")?;
    if cursor.eat(b'}') {
        return Ok(());
    }
    let mut position = 0;
    loop {
        let key = cursor.key()?;
        let slot = keys.slot(position, key);
        position += 1;
        let value = cursor.value(depth + 1)?;
        if let Some(slot) = slot {
            let end = cursor.at();
            slots[slot] = (end - value.len()) as u32..end as u32;
        }
        if !cursor.eat(b',') {
            return cursor.expect(b'}', "',' or '}' is expected");
        }
    }
}

impl Keys {
    fn new<'n>(names: impl Iterator<Item = &'n str>, options: &JsonOptions) -> Self {
        let mut keys = Keys {
            slots: HashMap::new(),
            remembered: Vec::new(),
            case_insensitive: options.case_insensitive,
            dots_in_keys: options.dots_in_keys,
            scratch: Vec::new(),
        };
        for (slot, name) in names.enumerate() {
            let key = options.mapping.get(name).map_or(name, String::as_str);
            let key = keys.normal(key.as_bytes());
            keys.slots.entry(key).or_insert(slot);
        }
        keys
    }

    fn normal(&self, key: &[u8]) -> Vec<u8> {
        let mut key = key.to_vec();
        if self.case_insensitive {
            match std::str::from_utf8(&key) {
                Ok(text) if !text.is_ascii() => key = text.to_lowercase().into_bytes(),
                _ => key.make_ascii_lowercase(),
            }
        }
        if self.dots_in_keys {
            key.iter_mut().filter(|b| **b == b'.').for_each(|b| *b = b'_');
        }
        key
    }

    /// The slot of an object's key at `position`, given as it stands between its quotes.
    fn slot(&mut self, position: usize, key: &[u8]) -> Option<usize> {
        if let Some((remembered, slot)) = self.remembered.get(position)
            && remembered == key
        {
            return *slot;
        }
        self.scratch.clear();
        unescape(key, &mut self.scratch);
        let slot = self.slots.get(&self.normal(&self.scratch)).copied();
        let known = self.remembered.len();
        match self.remembered.get_mut(position) {
            Some(entry) => {
                entry.0.clear();
                entry.0.extend_from_slice(key);
                entry.1 = slot;
            }
            None if position < REMEMBERED_KEYS && position == known => {
                self.remembered.push((key.to_vec(), slot));
            }
            None => {}
        }
        slot
    }
}

impl Shape {
    fn new(ty: &HiveType, options: &JsonOptions) -> Shape {
        match ty {
            HiveType::Array(item) => Shape::Array(Box::new(Shape::new(item, options))),
            HiveType::Map(_, value) => Shape::Map(Box::new(Shape::new(value, options))),
            HiveType::Struct(fields) => Shape::Struct(
                Keys::new(fields.iter().map(|(name, _)| name.as_str()), options),
                fields.iter().map(|(_, ty)| Shape::new(ty, options)).collect(),
            ),
            _ => Shape::Scalar,
        }
    }
}

/// A value is not of its column's type.
struct Mismatch;

struct Reader<'a> {
    formats: &'a TimestampFormats,
    /// Whether a mismatch is NULL.
    lenient: bool,
    scratch: Vec<u8>,
}

impl Reader<'_> {
    /// Appends a checked value's text, or NULL for an empty one.
    fn push(
        &mut self,
        column: &mut Column,
        shape: &mut Shape,
        raw: &[u8],
        depth: usize,
    ) -> Result<(), Mismatch> {
        if raw.is_empty() || raw == b"null" {
            column.push_null();
            return Ok(());
        }
        let pushed = match (&mut *column, shape) {
            (Column::List(list), Shape::Array(item)) if raw[0] == b'[' => {
                let mut cursor = Cursor::new(raw);
                cursor.eat(b'[');
                while !cursor.eat(b']') {
                    let value = cursor.value(depth).map_err(|_| Mismatch)?;
                    self.push(&mut list.items, item, value, depth + 1)?;
                    cursor.eat(b',');
                }
                list.end(true);
                true
            }
            (Column::Map(map), Shape::Map(value_shape)) if raw[0] == b'{' => {
                let mut cursor = Cursor::new(raw);
                cursor.eat(b'{');
                while !cursor.eat(b'}') {
                    let key = cursor.key().map_err(|_| Mismatch)?;
                    let value = cursor.value(depth).map_err(|_| Mismatch)?;
                    cursor.eat(b',');
                    // Keys are never NULL: an entry whose key does not read is left out.
                    if self.push_text(&mut map.keys, key) {
                        self.push(&mut map.values, value_shape, value, depth + 1)?;
                    } else if !self.lenient {
                        return Err(Mismatch);
                    }
                }
                map.end(true);
                true
            }
            (Column::Struct(s), Shape::Struct(keys, shapes)) if raw[0] == b'{' => {
                let mut slots = vec![0..0; shapes.len()];
                find(&mut Cursor::new(raw), keys, &mut slots, depth).map_err(|_| Mismatch)?;
                for ((column, shape), slot) in s.columns.iter_mut().zip(shapes).zip(slots) {
                    let value = &raw[slot.start as usize..slot.end as usize];
                    self.push(column, shape, value, depth + 1)?;
                }
                s.end(true);
                true
            }
            (column, Shape::Scalar) => self.scalar(column, raw),
            _ => false,
        };
        if !pushed {
            if !self.lenient {
                return Err(Mismatch);
            }
            column.push_null();
        }
        Ok(())
    }

    fn scalar(&mut self, column: &mut Column, raw: &[u8]) -> bool {
        match raw[0] {
            b'"' => self.push_text(column, &raw[1..raw.len() - 1]),
            // Text columns hold any value as it is written.
            _ if column.is_text() => column.push_scalar(raw, self.formats),
            b'{' | b'[' => false,
            _ => column.push_scalar(raw, self.formats) || push_number(column, raw),
        }
    }

    /// Appends the text between a string's quotes.
    fn push_text(&mut self, column: &mut Column, inner: &[u8]) -> bool {
        if memchr(b'\\', inner).is_none() {
            return column.push_scalar(inner, self.formats);
        }
        self.scratch.clear();
        unescape(inner, &mut self.scratch);
        column.push_scalar(&self.scratch, self.formats)
    }
}

/// Numbers in columns whose text form is no number.
fn push_number(column: &mut Column, raw: &[u8]) -> bool {
    let Some(number) = value::double(raw) else { return false };
    match column {
        Column::Timestamp(builder) => {
            let millis = if number.abs() >= MILLIS_FROM { number } else { number * 1e3 };
            builder.append_value(millis.round() as i64);
            true
        }
        // Writers without integers spell them `1.0`.
        Column::Int64(builder) if number.fract() == 0.0 && number.abs() < 9e15 => {
            builder.append_value(number as i64);
            true
        }
        Column::Int32(builder) if number.fract() == 0.0 => match number as i64 {
            n if i32::try_from(n).is_ok() => {
                builder.append_value(n as i32);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
