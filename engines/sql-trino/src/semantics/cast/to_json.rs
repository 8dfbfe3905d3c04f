//! Values as JSON text.

use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result;

use super::cell::Cell;
use crate::format::write_value;
use crate::types::is_json;

/// A column of JSON texts; NULL stays NULL.
pub(super) fn to_json(array: &ArrayRef) -> Result<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(array.len(), array.len() * 8);
    let mut text = String::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        text.clear();
        write_json(&mut text, array.as_ref(), row, false);
        builder.append_value(&text);
    }
    Ok(Arc::new(builder.finish()))
}

/// Appends a value; `json` says that a text already is JSON.
pub(crate) fn write_json(out: &mut String, array: &dyn Array, row: usize, json: bool) {
    if array.is_null(row) {
        out.push_str("null");
        return;
    }
    if crate::opaque::Opaque::of(array.data_type()).is_some() {
        let mut text = String::new();
        write_value(&mut text, array, row);
        out.push_str(&serde_json::Value::String(text).to_string());
        return;
    }
    match array.data_type() {
        DataType::List(item) => {
            let items = array.as_list::<i32>().value(row);
            out.push('[');
            for i in 0..items.len() {
                out.push_str(if i > 0 { "," } else { "" });
                write_json(out, items.as_ref(), i, is_json(item));
            }
            out.push(']');
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            // Keys in order: a map has none of its own.
            let mut order: Vec<(String, usize)> = (0..entries.len())
                .map(|i| {
                    let mut key = String::new();
                    write_value(&mut key, entries.column(0), i);
                    (key, i)
                })
                .collect();
            order.sort();
            let json = is_json(&entries.fields()[1]);
            out.push('{');
            for (i, (key, at)) in order.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_text(out, key);
                out.push(':');
                write_json(out, entries.column(1), *at, json);
            }
            out.push('}');
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            out.push('{');
            for (i, (field, column)) in fields.iter().zip(columns).enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                let anonymous = field.name() == &crate::types::anonymous_field(i);
                write_text(out, if anonymous { "" } else { field.name() });
                out.push(':');
                write_json(out, column, row, is_json(field));
            }
            out.push('}');
        }
        _ => match Cell::read(array, row) {
            Cell::Text(text) if json => out.push_str(text),
            Cell::Text(text) => write_text(out, text),
            Cell::Double(value) if !value.is_finite() => {
                let _ = write!(out, "\"");
                crate::format::write_double(out, value);
                out.push('"');
            }
            Cell::Boolean(_)
            | Cell::Integer(_)
            | Cell::Double(_)
            | Cell::Real(_)
            | Cell::Decimal(..) => write_value(out, array, row),
            _ => {
                let mut text = String::new();
                write_value(&mut text, array, row);
                write_text(out, &text);
            }
        },
    }
}

fn write_text(out: &mut String, text: &str) {
    // Serialising a string cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
