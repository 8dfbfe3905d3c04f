//! Delimited text: fields with quotes or escapes as the format has them, nested values by Hive's
//! delimiters.

use arrow::datatypes::Schema;

use super::cells::{Cells, Kind};
use super::{Quoting, WriteOptions};
use crate::error::Result;
use crate::options::CsvOptions;

pub(super) struct CsvRow {
    options: CsvOptions,
    quoting: Quoting,
    null: Vec<u8>,
    /// By level of nesting.
    delimiters: [u8; 7],
    field: Vec<u8>,
}

impl CsvRow {
    pub(super) fn new(options: &CsvOptions, write: &WriteOptions) -> Result<Self> {
        options.check()?;
        let marker = if options.quote.is_some() { "" } else { &options.null_marker };
        Ok(CsvRow {
            options: options.clone(),
            quoting: write.quoting,
            null: write.null_text.as_deref().unwrap_or(marker).as_bytes().to_vec(),
            delimiters: [options.collection_delimiter, options.map_key_delimiter, 4, 5, 6, 7, 8],
            field: Vec::new(),
        })
    }

    pub(super) fn header(&self, schema: &Schema, out: &mut Vec<u8>) {
        for (i, field) in schema.fields().iter().enumerate() {
            if i > 0 {
                out.push(self.options.delimiter);
            }
            self.put(field.name().as_bytes(), true, out);
        }
        out.push(b'\n');
    }

    pub(super) fn write(&mut self, columns: &[Cells<'_>], row: usize, out: &mut Vec<u8>) {
        for (i, cells) in columns.iter().enumerate() {
            if i > 0 {
                out.push(self.options.delimiter);
            }
            if cells.is_null(row) {
                out.extend_from_slice(&self.null);
                continue;
            }
            match cells.kind() {
                Kind::List(..) | Kind::Map(..) | Kind::Struct(..) => {
                    let mut field = std::mem::take(&mut self.field);
                    field.clear();
                    self.nested(cells, row, 0, &mut field);
                    // Its parts are escaped already.
                    match self.options.quote {
                        Some(_) => self.put(&field, true, out),
                        None => out.extend_from_slice(&field),
                    }
                    self.field = field;
                }
                Kind::View(array) => self.put(array.value(row).as_bytes(), true, out),
                Kind::Text(array) => self.put(array.value(row).as_bytes(), true, out),
                _ => {
                    let mut field = std::mem::take(&mut self.field);
                    field.clear();
                    cells.print(row, &mut field);
                    self.put(&field, false, out);
                    self.field = field;
                }
            }
        }
        out.push(b'\n');
    }

    /// Writes one field; `text` is false for what prints without anything special.
    fn put(&self, field: &[u8], text: bool, out: &mut Vec<u8>) {
        let Some(quote) = self.options.quote else {
            return self.escaped(field, &[self.options.delimiter], out);
        };
        let special = |b: &u8| {
            [quote, self.options.delimiter, b'\n', b'\r'].contains(b)
                || Some(*b) == self.options.escape
        };
        // Nothing and the NULL text would be read alike without quotes.
        let needed = field.iter().any(special)
            || (text && (field == self.null || field.first() == Some(&b' ')));
        if self.quoting == Quoting::Needed && !needed {
            return out.extend_from_slice(field);
        }
        out.push(quote);
        for byte in field {
            if *byte == quote {
                out.push(quote);
            } else if Some(*byte) == self.options.escape {
                out.push(*byte);
            }
            out.push(*byte);
        }
        out.push(quote);
    }

    fn escaped(&self, field: &[u8], specials: &[u8], out: &mut Vec<u8>) {
        let Some(escape) = self.options.escape else { return out.extend_from_slice(field) };
        for byte in field {
            if *byte == escape || specials.contains(byte) {
                out.push(escape);
            }
            out.push(*byte);
        }
    }

    fn nested(&self, cells: &Cells<'_>, row: usize, level: usize, out: &mut Vec<u8>) {
        if cells.is_null(row) {
            return out.extend_from_slice(self.options.null_marker.as_bytes());
        }
        // Beyond Hive's eight levels nothing could tell the parts apart anyway.
        let delimiter = |level: usize| self.delimiters[level.min(self.delimiters.len() - 1)];
        match cells.kind() {
            Kind::List(list, items) => {
                let offsets = list.value_offsets();
                for item in offsets[row]..offsets[row + 1] {
                    if item > offsets[row] {
                        out.push(delimiter(level));
                    }
                    self.nested(items, item as usize, level + 1, out);
                }
            }
            Kind::Map(map, entries) => {
                let offsets = map.value_offsets();
                for entry in offsets[row]..offsets[row + 1] {
                    if entry > offsets[row] {
                        out.push(delimiter(level));
                    }
                    self.nested(&entries.0, entry as usize, level + 2, out);
                    out.push(delimiter(level + 1));
                    self.nested(&entries.1, entry as usize, level + 2, out);
                }
            }
            Kind::Struct(_, members) => {
                for (i, member) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(delimiter(level));
                    }
                    self.nested(member, row, level + 1, out);
                }
            }
            _ => {
                let mut part = Vec::new();
                cells.print(row, &mut part);
                let mut specials = self.delimiters.to_vec();
                specials.push(self.options.delimiter);
                self.escaped(&part, &specials, out);
            }
        }
    }
}
