//! Lists and maps as reports of violations show them: in the way the services' Java prints them.

use crate::validate::SHOWN_VALUE_MAX;
use crate::{Kind, ListShape, MapShape, Schema, View};

/// An element as the request had it, where no slot can hold it.
pub(crate) struct Raw {
    place: Place,
    text: String,
}

enum Place {
    Item(usize),
    Entry(String),
}

impl Raw {
    pub fn item(index: usize, text: &str) -> Self {
        Self { place: Place::Item(index), text: text.to_owned() }
    }

    pub fn entry(key: &str, text: &str) -> Self {
        Self { place: Place::Entry(key.to_owned()), text: text.to_owned() }
    }
}

/// `[a, b]`.
pub(crate) fn list_text(schema: &Schema, list: &dyn ListShape, raw: &[Raw]) -> String {
    let mut out = String::from("[");
    for index in 0..list.len() {
        if out.len() > SHOWN_VALUE_MAX * 4 {
            break;
        }
        if index > 0 {
            out.push_str(", ");
        }
        let known = raw.iter().find(|raw| matches!(raw.place, Place::Item(at) if at == index));
        match known {
            Some(raw) => out.push_str(&raw.text),
            None => value_text(schema.element().target, list.get(index).view(), &mut out),
        }
    }
    out.push(']');
    out
}

/// `{k=v, l=w}`.
pub(crate) fn map_text(schema: &Schema, map: &dyn MapShape, raw: &[Raw]) -> String {
    let mut out = String::from("{");
    let mut first = true;
    map.each(&mut |key, value| {
        if out.len() > SHOWN_VALUE_MAX * 4 {
            return;
        }
        if !std::mem::take(&mut first) {
            out.push_str(", ");
        }
        out.push_str(key);
        out.push('=');
        let known = raw.iter().find(|raw| matches!(&raw.place, Place::Entry(at) if at == key));
        match known {
            Some(raw) => out.push_str(&raw.text),
            None => value_text(schema.entry().1.target, value.view(), &mut out),
        }
    });
    out.push('}');
    out
}

fn value_text(schema: &Schema, view: View<'_>, out: &mut String) {
    match view {
        View::Absent | View::Stream => out.push_str("null"),
        View::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        View::Int(value) => out.push_str(&value.to_string()),
        View::Float(value) => out.push_str(&value.to_string()),
        View::Double(value) => out.push_str(&value.to_string()),
        View::Str(value) => out.push_str(value),
        View::Blob(value) => {
            let length = value.len();
            out.push_str(&format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]"));
        }
        View::Time(value) => out.push_str(&value.rfc3339()),
        View::Document(value) => out.push_str(&value.to_string()),
        // AWS prints the name of its class and an address.
        View::Struct(_) => out.push_str(schema.name),
        View::List(list) => out.push_str(&list_text(schema, list, &[])),
        View::Map(map) => out.push_str(&map_text(schema, map, &[])),
    }
}

/// A bound, with a fraction where the value has one.
pub(crate) fn number_text(schema: &Schema, bound: i64) -> String {
    match schema.kind {
        Kind::Float | Kind::Double => format!("{bound}.0"),
        _ => bound.to_string(),
    }
}
