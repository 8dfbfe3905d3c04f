//! XML: what the elements of one name have in common.
//!
//! An element of the row's tag is a row, what lies in it are its columns: elements by their name,
//! attributes by theirs after a `_`, both again inside elements that hold others. An element that
//! some row has twice is an array; text beside elements is the field `_VALUE`.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::guess::Guess;
use super::{Classification, Inference, Text};
use crate::hive::HiveType;

/// Deeper elements are not looked at.
const DEPTH_MAX: usize = 24;
/// Elements with more fields than this are not looked at further.
const FIELDS_MAX: usize = 5_000;
/// The field of text beside elements or attributes.
const VALUE: &str = "_VALUE";

/// What elements seen have in common.
#[derive(Default)]
struct Element {
    text: Option<HiveType>,
    fields: Vec<(String, Element)>,
    /// By name in lower case.
    index: HashMap<String, usize>,
    /// Whether there was more than one in a row.
    repeated: bool,
}

/// An element under way: its name, what was read of it, its text so far.
type Open = (String, Element, String);

pub(super) fn infer(text: &Text<'_>, row_tag: &str) -> Option<Inference> {
    let mut sample = Sample { row_tag, open: Vec::new(), skipped: 0, rows: Element::default() };
    let (mut count, mut end) = (0, 0);
    let mut reader = Reader::from_reader(text.plain);
    let whole = loop {
        match reader.read_event() {
            Ok(Event::Eof) => break !text.cut,
            Ok(event) => {
                if sample.see(event) {
                    count += 1;
                    end = usize::try_from(reader.buffer_position()).unwrap_or(text.plain.len());
                }
            }
            // A cut text ends somewhere; one that is damaged is what it is up to there.
            Err(_) => break false,
        }
    };
    let columns: Vec<_> =
        sample.rows.finish_fields().into_iter().map(|(n, ty)| (n.to_lowercase(), ty)).collect();
    if columns.is_empty() {
        return None;
    }
    let mut inference = Inference::new(Classification::Xml, text.compression);
    inference.measure(count, end, text.plain.len(), text.stored);
    inference.row_count = whole.then_some(count);
    inference.columns = columns;
    Some(inference)
}

struct Sample<'a> {
    row_tag: &'a str,
    open: Vec<Open>,
    /// Elements under way that lie too deep.
    skipped: usize,
    rows: Element,
}

impl Sample<'_> {
    /// Takes in what comes next; answers whether a row ends with it.
    fn see(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Start(_) if self.open.len() == DEPTH_MAX => self.skipped += 1,
            Event::Start(start) => {
                let name = name(start.name().as_ref());
                if !self.open.is_empty() || name == self.row_tag {
                    self.open.push((name, attributes(&start), String::new()));
                }
            }
            Event::Empty(start) => {
                if let Some((_, parent, _)) = self.open.last_mut() {
                    parent.add(&name(start.name().as_ref()), attributes(&start));
                }
            }
            Event::Text(text) => self.text(&text),
            Event::CData(text) => self.text(&text),
            // Whatever the name stands for, it is no digit.
            Event::GeneralRef(_) => self.text(b"&"),
            Event::End(_) if self.skipped > 0 => self.skipped -= 1,
            Event::End(_) => return self.end(),
            _ => {}
        }
        false
    }

    fn text(&mut self, text: &[u8]) {
        if let (Some((_, _, own)), 0) = (self.open.last_mut(), self.skipped) {
            own.push_str(&String::from_utf8_lossy(text));
        }
    }

    fn end(&mut self) -> bool {
        let Some((name, mut element, text)) = self.open.pop() else { return false };
        element.text = scalar(&text);
        match self.open.last_mut() {
            Some((_, parent, _)) => parent.add(&name, element),
            None => self.rows.absorb(element),
        }
        self.open.is_empty()
    }
}

impl Element {
    /// Adds a field of one element; a second of its name makes it an array.
    fn add(&mut self, name: &str, field: Element) {
        self.field(name, field, true);
    }

    /// Takes in another element of the same name.
    fn absorb(&mut self, other: Element) {
        self.text = match (self.text.take(), other.text) {
            (Some(a), Some(b)) => Some(a.merge(&b)),
            (a, b) => a.or(b),
        };
        self.repeated |= other.repeated;
        for (name, field) in other.fields {
            self.field(&name, field, false);
        }
    }

    fn field(&mut self, name: &str, field: Element, beside: bool) {
        match self.index.get(&name.to_lowercase()) {
            Some(&at) => {
                let known = &mut self.fields[at].1;
                known.absorb(field);
                known.repeated |= beside;
            }
            None if self.fields.len() < FIELDS_MAX => {
                self.index.insert(name.to_lowercase(), self.fields.len());
                self.fields.push((name.to_owned(), field));
            }
            None => {}
        }
    }

    fn finish(self) -> HiveType {
        let repeated = self.repeated;
        let ty = match self.text.clone() {
            text if self.fields.is_empty() => text.unwrap_or(HiveType::Void),
            None => HiveType::Struct(self.finish_fields()),
            Some(text) => {
                let mut fields = self.finish_fields();
                fields.push((VALUE.to_owned(), text));
                HiveType::Struct(fields)
            }
        };
        if repeated { HiveType::Array(Box::new(ty)) } else { ty }
    }

    fn finish_fields(self) -> Vec<(String, HiveType)> {
        self.fields.into_iter().map(|(name, field)| (name, field.finish())).collect()
    }
}

/// A name without what a type's text gives a meaning to.
fn name(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace([':', ',', '<', '>', '`'], "_")
}

fn attributes(start: &BytesStart<'_>) -> Element {
    let mut element = Element::default();
    for attribute in start.attributes().flatten() {
        let own = name(attribute.key.as_ref());
        // Where names come from is no data.
        if own != "xmlns" && !own.starts_with("xmlns_") {
            let text = scalar(&String::from_utf8_lossy(&attribute.value));
            element.add(&format!("_{own}"), Element { text, ..Element::default() });
        }
    }
    element
}

fn scalar(text: &str) -> Option<HiveType> {
    if text.trim().is_empty() {
        return None;
    }
    let mut guess = Guess::new();
    guess.see(text.as_bytes());
    match guess.ty() {
        Some(HiveType::BigInt) if text.trim().parse::<i32>().is_ok() => Some(HiveType::Int),
        ty => ty,
    }
}
