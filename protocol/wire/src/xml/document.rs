//! A request's document as a tree.
//!
//! Documents with a DTD are refused: nothing AWS accepts needs entities of its own.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::error::WireError;

/// Nesting no model reaches.
const DEPTH_MAX: usize = 96;
/// More elements than any request has; an element is four bytes of the request and a hundred here.
const ELEMENTS_MAX: usize = 200_000;

/// One element of a request.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Without its prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

/// Reads a document; the result is its root.
pub(crate) fn parse(body: &[u8]) -> Result<Element, WireError> {
    let text = std::str::from_utf8(body).map_err(|error| bad(&error))?;
    let mut reader = Reader::from_str(text);
    // The first stands for the document.
    let mut open: Vec<Element> = vec![Element::default()];
    let mut count = 0;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| bad(&format_args!("{error} at byte {}", reader.error_position())))?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEPTH_MAX || count > ELEMENTS_MAX {
                    return Err(WireError::TooDeep);
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                count += 1;
                if count > ELEMENTS_MAX {
                    return Err(WireError::TooDeep);
                }
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
            Event::Text(text) => add(&mut open, &text.decode().map_err(|error| bad(&error))?),
            Event::CData(data) => add(&mut open, &data.decode().map_err(|error| bad(&error))?),
            Event::GeneralRef(reference) => add(&mut open, &resolve(&reference)?),
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

fn bad(error: &dyn std::fmt::Display) -> WireError {
    WireError::malformed(error.to_string())
}

fn add(open: &mut [Element], text: &str) {
    if let Some(parent) = open.last_mut() {
        parent.text.push_str(text);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, WireError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| bad(&error))? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|error| bad(&error))?;
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| WireError::malformed(format!("unknown entity {name}")))
}

fn element(start: &BytesStart<'_>) -> Result<Element, WireError> {
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
