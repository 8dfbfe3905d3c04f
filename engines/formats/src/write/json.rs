//! JSON lines: one object a row, NULLs written out.

use arrow::datatypes::{DataType, Field, Schema};

use super::cells::{Cells, Kind};

pub(super) struct JsonRow {
    names: Vec<Names>,
}

/// A field's key with its colon, and those of what it holds.
struct Names {
    key: Vec<u8>,
    inner: Vec<Names>,
}

impl Names {
    fn new(field: &Field) -> Names {
        let mut key = Vec::new();
        string(field.name(), &mut key);
        key.push(b':');
        let inner = match field.data_type() {
            DataType::Struct(fields) => fields.iter().map(|f| Names::new(f)).collect(),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _) => vec![Names::new(item)],
            DataType::Map(entries, _) => Names::new(entries).inner,
            DataType::Dictionary(_, values) => {
                Names::new(&Field::new("", values.as_ref().clone(), true)).inner
            }
            _ => Vec::new(),
        };
        Names { key, inner }
    }
}

impl JsonRow {
    pub(super) fn new(schema: &Schema) -> Self {
        JsonRow { names: schema.fields().iter().map(|f| Names::new(f)).collect() }
    }

    pub(super) fn write(&mut self, columns: &[Cells<'_>], row: usize, out: &mut Vec<u8>) {
        object(columns, &self.names, row, out);
        out.push(b'\n');
    }
}

fn object(columns: &[Cells<'_>], names: &[Names], row: usize, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (cells, names)) in columns.iter().zip(names).enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&names.key);
        value(cells, names, row, out);
    }
    out.push(b'}');
}

fn value(cells: &Cells<'_>, names: &Names, row: usize, out: &mut Vec<u8>) {
    if cells.is_null(row) {
        return out.extend_from_slice(b"null");
    }
    match cells.kind() {
        Kind::List(list, items) => {
            let offsets = list.value_offsets();
            out.push(b'[');
            for item in offsets[row]..offsets[row + 1] {
                if item > offsets[row] {
                    out.push(b',');
                }
                value(items, &names.inner[0], item as usize, out);
            }
            out.push(b']');
        }
        Kind::Map(map, entries) => {
            let offsets = map.value_offsets();
            out.push(b'{');
            for entry in offsets[row]..offsets[row + 1] {
                if entry > offsets[row] {
                    out.push(b',');
                }
                key(&entries.0, entry as usize, out);
                out.push(b':');
                value(&entries.1, &names.inner[1], entry as usize, out);
            }
            out.push(b'}');
        }
        Kind::Struct(members, columns) => {
            debug_assert_eq!(members.num_columns(), names.inner.len());
            object(columns, &names.inner, row, out);
        }
        _ => match cells.text(row) {
            Some(text) => string(text, out),
            None if cells.is_bare(row) => cells.print(row, out),
            None => {
                out.push(b'"');
                cells.print(row, out);
                out.push(b'"');
            }
        },
    }
}

/// A map's key, which JSON wants to be a string.
fn key(cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) {
    match cells.text(row) {
        Some(text) => string(text, out),
        None => {
            out.push(b'"');
            cells.print(row, out);
            out.push(b'"');
        }
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&digits);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
