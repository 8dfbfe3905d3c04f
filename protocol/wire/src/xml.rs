//! XML bodies: a request is read into a small tree first, an answer is written straight out.
//!
//! Documents with a DTD are refused: nothing AWS accepts needs entities of its own.

use aquifer_schema::{
    Kind, Location, Member, Schema, Seen, Shape, Slot, Structure, TimestampFormat, Validator, View,
};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::WireError;
use crate::text::{DEPTH_MAX, check_size, from_text, to_text};

/// One element of a request.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// Reads a document; the result is its root.
pub(crate) fn parse(body: &[u8]) -> Result<Element, WireError> {
    let bad = |error: &dyn std::fmt::Display| WireError::malformed(error.to_string());
    let text = std::str::from_utf8(body).map_err(|error| bad(&error))?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| bad(&error))? {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(WireError::TooDeep);
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                let child = element(&start)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(child);
                }
            }
            Event::End(_) => {
                let child = open.pop().filter(|_| !open.is_empty());
                let child = child.ok_or_else(|| WireError::malformed("unexpected end tag"))?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(child);
                }
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|error| bad(&error))?;
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| bad(&error))?;
                let resolved = match reference.resolve_char_ref().map_err(|error| bad(&error))? {
                    Some(character) => character.to_string(),
                    None => match name.as_ref() {
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "amp" => "&".to_owned(),
                        "quot" => "\"".to_owned(),
                        "apos" => "'".to_owned(),
                        _ => return Err(WireError::malformed(format!("unknown entity {name}"))),
                    },
                };
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&resolved);
                }
            }
            Event::CData(data) => {
                let text = data.decode().map_err(|error| bad(&error))?;
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text);
                }
            }
            Event::DocType(_) => return Err(WireError::malformed("a DTD is not accepted")),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty());
    match document.as_mut().map(|document| std::mem::take(&mut document.children)) {
        Some(mut roots) if roots.len() == 1 => Ok(roots.remove(0)),
        _ => Err(WireError::malformed("the document has no single root element")),
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Result<Element, WireError> {
    let bad = |error: &dyn std::fmt::Display| WireError::malformed(error.to_string());
    let local = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| bad(&error))?;
        let value = attribute.unescape_value().map_err(|error| bad(&error))?;
        attributes.push((local(attribute.key.as_ref()), value.into_owned()));
    }
    Ok(Element {
        name: local(start.local_name().as_ref()),
        attributes,
        children: Vec::new(),
        text: String::new(),
    })
}

/// Fills a structure from an element's children and attributes.
pub(crate) fn read_struct(
    from: &Element,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let schema = value.schema();
    for (index, member) in schema.members.iter().enumerate() {
        if member.location != Location::Body {
            continue;
        }
        let shape = value.member_mut(index);
        check.enter(member);
        if member.xml_attribute {
            let found = from.attributes.iter().find(|(name, _)| name == member.wire);
            if let Some((_, text)) = found {
                from_text(member, shape, text, check, TimestampFormat::DateTime)?;
                seen.mark(index);
            }
        } else if read_member(from, member, shape, check)? {
            seen.mark(index);
        }
        check.leave();
    }
    Ok(())
}

fn read_member(
    from: &Element,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    let schema = member.target;
    let flattened = member.flattened || schema.flattened;
    let is_list = schema.kind == Kind::List;
    if flattened && (is_list || schema.kind == Kind::Map) {
        // A flattened list's items carry the member's name, or the element's own where it has one.
        let element_name = if is_list { schema.element().wire } else { member.wire };
        let items = || {
            from.children.iter().filter(|child| {
                child.name == member.wire || (is_list && child.name == element_name)
            })
        };
        if items().next().is_none() {
            return Ok(false);
        }
        return read_items(items(), schema, shape, check).map(|()| true);
    }
    let Some(child) = from.children.iter().find(|child| child.name == member.wire) else {
        return Ok(false);
    };
    read_value(child, member, shape, check)?;
    Ok(true)
}

pub(crate) fn read_value(
    from: &Element,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    let schema = member.target;
    match schema.kind {
        Kind::Structure | Kind::Union => {
            let Slot::Struct(value) = shape.fill() else {
                return Err(WireError::malformed(format!("{} is not a structure", member.name)));
            };
            let mut seen = Seen::default();
            read_struct(from, value, check, &mut seen)?;
            check.structure(schema, &seen);
            Ok(())
        }
        Kind::List | Kind::Map => {
            let name = if schema.kind == Kind::List { schema.element().wire } else { "entry" };
            let items = from.children.iter().filter(|child| child.name == name);
            read_items(items, schema, shape, check)
        }
        _ => from_text(member, shape, &from.text, check, TimestampFormat::DateTime),
    }
}

fn read_items<'a>(
    items: impl Iterator<Item = &'a Element>,
    schema: &'static Schema,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    match shape.fill() {
        Slot::List(list) => {
            let mut count = 0;
            for (index, item) in items.enumerate() {
                check.enter_index(index);
                read_value(item, schema.element(), list.push(), check)?;
                check.leave();
                count = index + 1;
            }
            check_size(schema, count, check);
        }
        Slot::Map(map) => {
            let (key_member, value_member) = schema.entry();
            for item in items {
                let part = |name: &str| item.children.iter().find(|child| child.name == name);
                let Some(key) = part(key_member.wire) else { continue };
                check.enter_key(&key.text);
                let place = map.insert(key.text.clone());
                if let Some(value) = part(value_member.wire) {
                    read_value(value, value_member, place, check)?;
                }
                check.leave();
            }
            let length = map.len();
            check_size(schema, length, check);
        }
        _ => return Err(WireError::malformed(format!("{} is not a list or map", schema.name))),
    }
    Ok(())
}

/// Writes the body members of a structure as elements.
pub(crate) fn write_members(value: &dyn Structure, top: bool, out: &mut String) {
    for (index, member) in value.schema().members.iter().enumerate() {
        if (top && member.location != Location::Body) || member.xml_attribute {
            continue;
        }
        write_value(member, value.member(index).view(), out);
    }
}

/// The attributes a structure's members put on its element.
fn attributes(value: &dyn Structure) -> String {
    let mut text = String::new();
    for (index, member) in value.schema().members.iter().enumerate() {
        if !member.xml_attribute {
            continue;
        }
        let view = value.member(index).view();
        if let Some(content) = to_text(member, &view, TimestampFormat::DateTime) {
            text.push(' ');
            text.push_str(member.wire);
            text.push_str("=\"");
            escape(&content, &mut text);
            text.push('"');
        }
    }
    text
}

/// Writes a member as one element, or as several where it is flattened.
pub(crate) fn write_value(member: &'static Member, view: View<'_>, out: &mut String) {
    let schema = member.target;
    let flattened = member.flattened || schema.flattened;
    match view {
        View::Absent | View::Stream => {}
        View::List(list) if flattened => {
            for index in 0..list.len() {
                write_named(member.wire, schema.element(), list.get(index).view(), out);
            }
        }
        View::Map(map) if flattened => {
            map.each(&mut |key, value| write_entry(member.wire, schema, key, value, out));
        }
        view => write_named(member.wire, member, view, out),
    }
}

/// Writes one value under a given element name.
pub(crate) fn write_named(name: &str, member: &'static Member, view: View<'_>, out: &mut String) {
    let schema = member.target;
    match view {
        View::Absent | View::Stream => {}
        View::Struct(value) => {
            let mut extra = String::new();
            if let Some((uri, prefix)) = member.xml_namespace {
                let colon = prefix.map(|prefix| format!(":{prefix}")).unwrap_or_default();
                extra = format!(" xmlns{colon}=\"{uri}\"");
            }
            open(name, &(extra + &attributes(value)), out);
            write_members(value, false, out);
            close(name, out);
        }
        View::List(list) => {
            open(name, "", out);
            let element = schema.element();
            for index in 0..list.len() {
                write_named(element.wire, element, list.get(index).view(), out);
            }
            close(name, out);
        }
        View::Map(map) => {
            open(name, "", out);
            map.each(&mut |key, value| write_entry("entry", schema, key, value, out));
            close(name, out);
        }
        view => {
            if let Some(text) = to_text(member, &view, TimestampFormat::DateTime) {
                open(name, "", out);
                escape(&text, out);
                close(name, out);
            }
        }
    }
}

fn write_entry(
    name: &str,
    schema: &'static Schema,
    key: &str,
    value: &dyn Shape,
    out: &mut String,
) {
    let (key_member, value_member) = schema.entry();
    open(name, "", out);
    open(key_member.wire, "", out);
    escape(key, out);
    close(key_member.wire, out);
    write_named(value_member.wire, value_member, value.view(), out);
    close(name, out);
}

pub(crate) fn open(name: &str, attributes: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push_str(attributes);
    out.push('>');
}

pub(crate) fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Escapes text for content and attributes. Control characters that XML 1.0 cannot hold are written
/// as references, as S3 does for keys.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{1f}' if !matches!(c, '\t' | '\n') => {
                out.push_str(&format!("&#x{:X};", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
}
