//! JSON: how its objects lie in the file, and what their fields have in common.

use std::collections::HashMap;

use super::guess::{is_date, is_timestamp};
use super::{Classification, Inference, JsonLayout, Text};
use crate::hive::HiveType;
use crate::options::{Format, JsonOptions};
use crate::text::{Cursor, unescape, value};

/// Deeper values are taken as text.
const DEPTH_MAX: usize = 24;
/// How near the end of a cut head its last word or escape may be found wanting.
const CUT: usize = 6;
/// Objects with more fields than this are maps in disguise; further fields are not looked at.
const FIELDS_MAX: usize = 5_000;

/// What values seen have in common.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Only nulls.
    Null,
    Scalar(HiveType),
    Array(Box<Shape>),
    Object(Fields),
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Fields {
    list: Vec<(String, Shape)>,
    /// By name in lower case.
    index: HashMap<String, usize>,
}

pub(super) fn infer(text: &Text<'_>) -> Option<Inference> {
    let mut sample = Sample { fields: Fields::default(), rows: 0, malformed: 0, end: 0 };
    let start = text.plain.len() - text.plain.trim_ascii_start().len();
    let layout = match text.plain[start] {
        b'[' if sample.array(text, start + 1) => JsonLayout::Array,
        _ => sample.documents(text, start),
    };
    // A head that ends before the first object does is JSON still, of unknown columns.
    if sample.rows == 0 && !(sample.malformed == 0 && text.cut) {
        return None;
    }
    if sample.malformed > sample.rows {
        return None;
    }
    let mut inference = Inference::new(Classification::Json, text.compression);
    inference.measure(sample.rows, sample.end, text.plain.len(), text.stored);
    inference.row_count = (!text.cut && sample.malformed == 0).then_some(sample.rows);
    inference.json_layout = Some(layout);
    inference.columns =
        sample.fields.finish().into_iter().map(|(n, ty)| (n.to_lowercase(), ty)).collect();
    inference.format = Some(Format::Json(JsonOptions::default()));
    Some(inference)
}

struct Sample {
    fields: Fields,
    rows: u64,
    malformed: u64,
    /// Where the last whole object ends.
    end: usize,
}

impl Sample {
    /// Reads one value after another.
    fn documents(&mut self, text: &Text<'_>, start: usize) -> JsonLayout {
        let mut at = start;
        let mut layout = JsonLayout::Lines;
        let mut last_line_end = true;
        loop {
            let mut cursor = Cursor::new(&text.plain[at..]);
            if cursor.peek().is_none() {
                return layout;
            }
            let blanks = &text.plain[at..at + cursor.at()];
            last_line_end = last_line_end || blanks.contains(&b'\n');
            match cursor.value(0) {
                Ok(value) => {
                    if !last_line_end || value.contains(&b'\n') {
                        layout = JsonLayout::Documents;
                    }
                    last_line_end = false;
                    at += cursor.at();
                    self.row(value);
                    self.end = at;
                }
                Err(bad) if text.cut && at + bad.at + CUT >= text.plain.len() => return layout,
                Err(_) => {
                    self.malformed += 1;
                    let rest = &text.plain[at + cursor.at()..];
                    let Some(line) = memchr::memchr(b'\n', rest) else { return layout };
                    at += cursor.at() + line;
                }
            }
        }
    }

    /// Reads the objects of an array that begins before `at`; false if its items are no objects.
    fn array(&mut self, text: &Text<'_>, at: usize) -> bool {
        let mut cursor = Cursor::new(&text.plain[at..]);
        if cursor.peek() != Some(b'{') {
            return false;
        }
        while let Ok(value) = cursor.value(1) {
            self.row(value);
            self.end = at + cursor.at();
            if !cursor.eat(b',') {
                self.malformed += u64::from(!cursor.eat(b']') && !text.cut);
                return true;
            }
        }
        self.malformed += u64::from(!text.cut);
        true
    }

    fn row(&mut self, value: &[u8]) {
        self.rows += 1;
        match value[0] {
            b'{' => self.fields.see(value, 0),
            // Lines of arrays are tables of one column.
            b'[' => self.fields.merge("array", 0, shape(value, 0)),
            _ => {
                self.rows -= 1;
                self.malformed += 1;
            }
        }
    }
}

impl Fields {
    /// Adds an object's fields.
    fn see(&mut self, object: &[u8], depth: usize) {
        let mut cursor = Cursor::new(object);
        cursor.eat(b'{');
        let mut place = 0;
        // The object was checked before.
        while let (Ok(key), Ok(value)) = (cursor.key(), cursor.value(depth)) {
            let mut name = Vec::new();
            unescape(key, &mut name);
            self.merge(&String::from_utf8_lossy(&name), place, shape(value, depth + 1));
            place += 1;
            if !cursor.eat(b',') {
                break;
            }
        }
    }

    /// Adds a field that is probably at `place`.
    fn merge(&mut self, name: &str, place: usize, shape: Shape) {
        let known = match self.list.get(place) {
            Some((known, _)) if known == name => Some(place),
            _ => self.index.get(&name.to_lowercase()).copied(),
        };
        match known {
            Some(place) => {
                let old = std::mem::replace(&mut self.list[place].1, Shape::Null);
                self.list[place].1 = merge(old, shape);
            }
            None if self.list.len() < FIELDS_MAX && !name.is_empty() => {
                self.index.insert(name.to_lowercase(), self.list.len());
                self.list.push((name.to_owned(), shape));
            }
            None => {}
        }
    }

    fn finish(self) -> Vec<(String, HiveType)> {
        self.list.into_iter().map(|(name, shape)| (name, shape.finish())).collect()
    }
}

impl Shape {
    fn finish(self) -> HiveType {
        match self {
            Shape::Null => HiveType::Void,
            Shape::Scalar(ty) => ty,
            Shape::Array(item) => HiveType::Array(Box::new(item.finish())),
            // Keys with characters a type's text gives a meaning to cannot be fields.
            Shape::Object(fields) => match fields.finish() {
                fields if fields.iter().any(|(n, _)| !is_field(n)) => HiveType::String,
                fields => HiveType::Struct(fields),
            },
        }
    }
}

fn is_field(name: &str) -> bool {
    !name.contains([':', ',', '<', '>', '`']) && name.trim() == name
}

/// The shape of a checked value.
fn shape(raw: &[u8], depth: usize) -> Shape {
    match raw[0] {
        b'n' => Shape::Null,
        b't' | b'f' => Shape::Scalar(HiveType::Boolean),
        b'"' => Shape::Scalar(string(&raw[1..raw.len() - 1])),
        _ if depth > DEPTH_MAX => Shape::Scalar(HiveType::String),
        b'{' => {
            let mut fields = Fields::default();
            fields.see(raw, depth);
            Shape::Object(fields)
        }
        b'[' => {
            let mut item = Shape::Null;
            let mut cursor = Cursor::new(raw);
            cursor.eat(b'[');
            while cursor.peek() != Some(b']')
                && let Ok(value) = cursor.value(depth)
            {
                item = merge(item, shape(value, depth + 1));
                if !cursor.eat(b',') {
                    break;
                }
            }
            Shape::Array(Box::new(item))
        }
        _ => Shape::Scalar(number(raw)),
    }
}

fn string(text: &[u8]) -> HiveType {
    if is_date(text) {
        HiveType::Date
    } else if is_timestamp(text) {
        HiveType::Timestamp
    } else {
        HiveType::String
    }
}

fn number(raw: &[u8]) -> HiveType {
    match value::integer(raw) {
        Some(n) if i32::try_from(n).is_ok() => HiveType::Int,
        Some(_) => HiveType::BigInt,
        None => HiveType::Double,
    }
}

fn merge(a: Shape, b: Shape) -> Shape {
    match (a, b) {
        (Shape::Null, other) | (other, Shape::Null) => other,
        (Shape::Scalar(a), Shape::Scalar(b)) => Shape::Scalar(a.merge(&b)),
        (Shape::Array(a), Shape::Array(b)) => Shape::Array(Box::new(merge(*a, *b))),
        (Shape::Object(mut a), Shape::Object(b)) => {
            for (place, (name, shape)) in b.list.into_iter().enumerate() {
                a.merge(&name, place, shape);
            }
            Shape::Object(a)
        }
        // A text column holds any value as it is written.
        _ => Shape::Scalar(HiveType::String),
    }
}
