//! Shapes as XML.

use std::fmt::Write;

use aquifer_schema::{Location, Member, Schema, Shape, Structure, TimestampFormat, View};

use super::element_name;
use crate::text::to_text;

/// A namespace, with its prefix if it has one.
type Namespace = (&'static str, Option<&'static str>);

/// Writes a structure as the root of a document; `top` leaves out what travels outside the body.
pub(crate) fn write_document(
    name: &str,
    default: Option<&'static str>,
    value: &dyn Structure,
    top: bool,
    out: &mut String,
) {
    let namespace = value.schema().xml_namespace.or(default.map(|uri| (uri, None)));
    write_struct(name, namespace, value, top, out);
}

/// Writes the body members of a structure as elements.
pub(crate) fn write_members(value: &dyn Structure, top: bool, out: &mut String) {
    write_some(value, &|member| !top || member.location == Location::Body, out);
}

/// Writes those members of a structure that are wanted as elements.
pub(crate) fn write_some(
    value: &dyn Structure,
    wanted: &dyn Fn(&Member) -> bool,
    out: &mut String,
) {
    for (index, member) in value.schema().members.iter().enumerate() {
        if !member.xml_attribute && wanted(member) {
            write_value(member, value.member(index).view(), out);
        }
    }
}

/// Writes a member as one element, or as several where it is flattened.
fn write_value(member: &'static Member, view: View<'_>, out: &mut String) {
    let schema = member.target;
    let flattened = member.flattened || schema.flattened;
    let name = element_name(member);
    match view {
        View::Absent | View::Stream => {}
        View::List(list) if flattened => {
            for index in 0..list.len() {
                write_named(name, schema.element(), list.get(index).view(), out);
            }
        }
        View::Map(map) if flattened => {
            map.each(&mut |key, value| {
                write_entry(name, member.xml_namespace, schema, key, value, out);
            });
        }
        view => write_named(name, member, view, out),
    }
}

/// Writes one value under a given element name.
pub(crate) fn write_named(name: &str, member: &'static Member, view: View<'_>, out: &mut String) {
    let schema = member.target;
    let namespace = member.xml_namespace.or(schema.xml_namespace);
    match view {
        View::Absent | View::Stream => {}
        View::Struct(value) => write_struct(name, namespace, value, false, out),
        View::List(list) => {
            open(name, namespace, out);
            let element = schema.element();
            for index in 0..list.len() {
                write_named(element.wire, element, list.get(index).view(), out);
            }
            close(name, out);
        }
        View::Map(map) => {
            open(name, namespace, out);
            map.each(&mut |key, value| write_entry("entry", None, schema, key, value, out));
            close(name, out);
        }
        View::Str(text) => {
            open(name, namespace, out);
            escape(text, out);
            close(name, out);
        }
        View::Int(number) => {
            open(name, namespace, out);
            let _ = write!(out, "{number}");
            close(name, out);
        }
        view => {
            if let Some(text) = to_text(member, &view, TimestampFormat::DateTime) {
                open(name, namespace, out);
                escape(&text, out);
                close(name, out);
            }
        }
    }
}

fn write_struct(
    name: &str,
    namespace: Option<Namespace>,
    value: &dyn Structure,
    top: bool,
    out: &mut String,
) {
    start(name, namespace, out);
    for (index, member) in value.schema().members.iter().enumerate() {
        if !member.xml_attribute {
            continue;
        }
        let view = value.member(index).view();
        if let Some(content) = to_text(member, &view, TimestampFormat::DateTime) {
            let _ = write!(out, " {}=\"", member.wire);
            escape(&content, out);
            out.push('"');
        }
    }
    out.push('>');
    write_members(value, top, out);
    close(name, out);
}

fn write_entry(
    name: &str,
    namespace: Option<Namespace>,
    schema: &'static Schema,
    key: &str,
    value: &dyn Shape,
    out: &mut String,
) {
    let (key_member, value_member) = schema.entry();
    open(name, namespace, out);
    open(key_member.wire, key_member.xml_namespace, out);
    escape(key, out);
    close(key_member.wire, out);
    write_value(value_member, value.view(), out);
    close(name, out);
}

fn start(name: &str, namespace: Option<Namespace>, out: &mut String) {
    out.push('<');
    out.push_str(name);
    match namespace {
        Some((uri, Some(prefix))) => {
            let _ = write!(out, " xmlns:{prefix}=\"{uri}\"");
        }
        Some((uri, None)) => {
            let _ = write!(out, " xmlns=\"{uri}\"");
        }
        None => {}
    }
}

pub(crate) fn open(name: &str, namespace: Option<Namespace>, out: &mut String) {
    start(name, namespace, out);
    out.push('>');
}

pub(crate) fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Whether a byte is not written as it is.
const fn is_special(byte: u8) -> bool {
    let control = byte < 0x20 && byte != b'\t' && byte != b'\n';
    control | (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == b'"')
}

/// Where the first byte is that is not written as it is. Most text has none, which is seen sixteen
/// bytes at a time.
fn first_special(text: &[u8]) -> Option<usize> {
    let (whole, last) = text.as_chunks::<16>();
    let any = |part: &[u8; 16]| part.iter().fold(false, |any, byte| any | is_special(*byte));
    let plain = whole.iter().take_while(|part| !any(part)).count() * 16;
    let rest = if plain < whole.len() * 16 { text.get(plain..)? } else { last };
    rest.iter().position(|byte| is_special(*byte)).map(|at| plain + at)
}

/// Escapes text for content and attributes. Control characters that XML 1.0 cannot hold are written
/// as references, as S3 does for keys.
pub fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = first_special(rest.as_bytes()) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'<' => out.push_str("&lt;"),
            b'>' => out.push_str("&gt;"),
            b'&' => out.push_str("&amp;"),
            b'"' => out.push_str("&quot;"),
            control => {
                let _ = write!(out, "&#x{control:X};");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
