//! Shapes as JSON.

use std::io::Write;

use aquifer_schema::{Location, Member, Shape, Structure, TimestampFormat, View};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Names;
use crate::text::{epoch_text, format_of, special_text, timestamp_text};

/// Writes a structure's body members as one JSON object.
pub(crate) fn write(value: &dyn Structure, names: Names, out: &mut Vec<u8>) {
    write_struct(value, names, false, &|_| true, out);
}

/// Writes one value, as a payload.
pub(crate) fn write_member(member: &'static Member, shape: &dyn Shape, out: &mut Vec<u8>) {
    write_value(member, shape.view(), Names::Wire, out);
}

/// Writes those of a structure's body members that are wanted into an object that is open.
pub(crate) fn write_more(
    value: &dyn Structure,
    names: Names,
    wanted: &dyn Fn(&'static Member) -> bool,
    out: &mut Vec<u8>,
) {
    let first = out.last() == Some(&b'{');
    write_members(value, names, false, wanted, first, out);
}

fn write_struct(
    value: &dyn Structure,
    names: Names,
    nested: bool,
    wanted: &dyn Fn(&'static Member) -> bool,
    out: &mut Vec<u8>,
) {
    out.push(b'{');
    write_members(value, names, nested, wanted, true, out);
    out.push(b'}');
}

fn write_members(
    value: &dyn Structure,
    names: Names,
    nested: bool,
    wanted: &dyn Fn(&'static Member) -> bool,
    mut first: bool,
    out: &mut Vec<u8>,
) {
    for (index, member) in value.schema().members.iter().enumerate() {
        if names == Names::Wire && !nested && member.location != Location::Body {
            continue;
        }
        let view = value.member(index).view();
        if matches!(view, View::Absent | View::Stream) || !wanted(member) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(names.of(member), out);
        out.push(b':');
        write_value(member, view, names, out);
    }
}

// Writing to memory cannot fail, so results of writing carry nothing.
fn write_value(member: &'static Member, view: View<'_>, names: Names, out: &mut Vec<u8>) {
    match view {
        View::Absent | View::Stream => out.extend_from_slice(b"null"),
        View::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        View::Int(value) => {
            let _ = write!(out, "{value}");
        }
        View::Float(value) => match special_text(f64::from(value)) {
            Some(text) => write_string(&text, out),
            None => {
                let _ = serde_json::to_writer(out, &value);
            }
        },
        View::Double(value) => match special_text(value) {
            Some(text) => write_string(&text, out),
            None => {
                let _ = serde_json::to_writer(out, &value);
            }
        },
        View::Str(value) => write_string(value, out),
        View::Blob(value) => write_base64(value, out),
        View::Time(value) => match format_of(member, TimestampFormat::Epoch) {
            TimestampFormat::Epoch => out.extend_from_slice(epoch_text(value).as_bytes()),
            format => write_string(&timestamp_text(value, format), out),
        },
        View::Document(value) => {
            let _ = serde_json::to_writer(out, value);
        }
        View::Struct(value) => write_struct(value, names, true, &|_| true, out),
        View::List(list) => {
            let element = member.target.element();
            out.push(b'[');
            for index in 0..list.len() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(element, list.get(index).view(), names, out);
            }
            out.push(b']');
        }
        View::Map(map) => {
            let (_, element) = member.target.entry();
            out.push(b'{');
            let mut first = true;
            map.each(&mut |key, value| {
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write_value(element, value.view(), names, out);
            });
            out.push(b'}');
        }
    }
}

fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let from = out.len();
    out.resize(from + bytes.len().div_ceil(3) * 4, 0);
    // The space is what the encoding takes.
    let _ = STANDARD.encode_slice(bytes, &mut out[from..]);
    out.push(b'"');
}

pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, text);
}
