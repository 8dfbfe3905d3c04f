//! Bodies compared by what they say, not by how they are written.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value as Json, json};

/// Numbers compare by value, whatever their notation.
pub fn same_json(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same_json(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(k, l)| right.get(k).is_some_and(|r| same_json(l, r)))
        }
        (left, right) => left == right,
    }
}

/// An XML document, as comparable data.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// Sorted by name; of the same name, in the order of the document.
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            (name, attribute.unescape_value().expect("a value").into_owned())
        });
        Self {
            name: String::from_utf8_lossy(start.name().as_ref()).into_owned(),
            attributes: attributes.collect(),
            children: Vec::new(),
            text: String::new(),
        }
    }

    fn close(mut self) -> Self {
        let laid_out = self.text.contains('\n') && self.text.trim().is_empty();
        if !self.children.is_empty() || laid_out {
            self.text.clear();
        }
        // Entries of maps come in no order.
        let order = |element: &Self| match &element.children[..] {
            [key, _] => key.text.clone(),
            _ => String::new(),
        };
        self.children.sort_by(|left, right| {
            left.name.cmp(&right.name).then_with(|| order(left).cmp(&order(right)))
        });
        self
    }

    /// Without what differs from answer to answer.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.children.retain(|child| !names.contains(&child.name.as_str()));
        self.children = self.children.into_iter().map(|child| child.without(names)).collect();
        self
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Reads a document; `None` if it is empty.
pub fn xml(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let closed = match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => {
                open.push(Element::new(&start));
                continue;
            }
            Event::Empty(start) => Element::new(&start),
            Event::End(_) => open.pop().expect("an open element"),
            Event::Text(text) => {
                if let Some(top) = open.last_mut() {
                    top.text.push_str(&text.decode().expect("text"));
                }
                continue;
            }
            Event::CData(text) => {
                if let Some(top) = open.last_mut() {
                    top.text.push_str(&text.decode().expect("text"));
                }
                continue;
            }
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().expect("a reference") {
                    Some(character) => character,
                    None => match reference.decode().expect("a name").as_ref() {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        other => panic!("unknown entity {other}"),
                    },
                };
                if let Some(top) = open.last_mut() {
                    top.text.push(character);
                }
                continue;
            }
            Event::Eof => return None,
            _ => continue,
        };
        let closed = closed.close();
        match open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => return Some(closed),
        }
    }
}

/// CBOR as JSON: bytes and tags as objects, floats that JSON lacks as text. Written apart from the
/// codec, so that one does not hide the other's mistakes.
pub fn cbor(mut bytes: &[u8]) -> Json {
    if bytes.is_empty() {
        return Json::Null;
    }
    let value = item(&mut bytes).expect("a value");
    assert!(bytes.is_empty(), "bytes after the value");
    value
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (head, tail) = bytes.split_at(count);
    *bytes = tail;
    head
}

/// The next item; `None` for a break.
fn item(bytes: &mut &[u8]) -> Option<Json> {
    let first = take(bytes, 1)[0];
    let (major, minor) = (first >> 5, first & 31);
    let size = if (24..28).contains(&minor) { 1 << (minor - 24) } else { 0 };
    let raw = take(bytes, size).iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
    let number = if size == 0 { u64::from(minor) } else { raw };
    let open = minor == 31;
    Some(match major {
        0 => json!(number),
        1 => json!(-1 - number as i64),
        2 | 3 => {
            let mut all = Vec::new();
            if open {
                while let Some(part) = item(bytes) {
                    let part = part.get("$bytes").unwrap_or(&part).clone();
                    all.extend_from_slice(part.as_str().expect("a part").as_bytes());
                }
            } else {
                all.extend_from_slice(take(bytes, number as usize));
            }
            let text = String::from_utf8_lossy(&all).into_owned();
            if major == 2 { json!({ "$bytes": text }) } else { json!(text) }
        }
        4 => {
            let mut items = Vec::new();
            while open || items.len() < number as usize {
                let Some(next) = item(bytes) else { break };
                items.push(next);
            }
            Json::Array(items)
        }
        5 => {
            let mut entries = Map::new();
            let mut count = 0;
            while open || count < number {
                let Some(key) = item(bytes) else { break };
                let value = item(bytes).expect("a value");
                entries.insert(key.as_str().expect("a key").to_owned(), value);
                count += 1;
            }
            Json::Object(entries)
        }
        6 => json!({ "$tag": number, "of": item(bytes).expect("what is tagged") }),
        _ => match (minor, size) {
            (20, _) => json!(false),
            (21, _) => json!(true),
            (22 | 23, _) => Json::Null,
            (31, _) => return None,
            (_, 2) => float(half(raw as u16)),
            (_, 4) => float(f64::from(f32::from_bits(raw as u32))),
            (_, 8) => float(f64::from_bits(raw)),
            _ => panic!("a simple value {minor}"),
        },
    })
}

fn float(value: f64) -> Json {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}

fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + mantissa) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}
