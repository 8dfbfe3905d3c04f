//! One service with a member of every kind, and values of it made at random.

use std::sync::LazyLock;

use aquifer_schema::{
    Bytes, Kind, OperationSchema, Protocol, Schema, Shape, Slot, Structure, Timestamp, View,
};
use aquifer_wire::{Call, Payload, WireError, decode, query_pairs};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value as Json, json};

use crate::cases::{Suite, operation};
use crate::dynamic::Dynamic;

const MODEL: &str = r#"{
"metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "test", "protocol": "json"},
"operations": {},
"shapes": {
"Request": {"type": "structure", "members": {
  "Blob": {"shape": "Blob"},
  "Bool": {"shape": "Bool"},
  "Choice": {"shape": "Choice"},
  "Colour": {"shape": "Colour"},
  "Colours": {"shape": "Colours"},
  "Date": {"shape": "Time", "timestampFormat": "iso8601"},
  "Document": {"shape": "Document"},
  "Double": {"shape": "Double"},
  "Flat": {"shape": "Strings", "flattened": true},
  "FlatMap": {"shape": "Tags", "flattened": true},
  "Float": {"shape": "Float"},
  "HttpDate": {"shape": "Time", "timestampFormat": "rfc822"},
  "Int": {"shape": "Int"},
  "Item": {"shape": "Item"},
  "Items": {"shape": "Items"},
  "Long": {"shape": "Long"},
  "Nested": {"shape": "Request"},
  "Sparse": {"shape": "SparseStrings"},
  "Str": {"shape": "Str"},
  "Strings": {"shape": "Strings"},
  "Tags": {"shape": "Tags"},
  "Time": {"shape": "Time"},
  "Weights": {"shape": "Weights"}}},
"Item": {"type": "structure", "required": ["Name"], "members": {
  "Name": {"shape": "Name"}, "Size": {"shape": "Long"}, "Kind": {"shape": "Colour"}}},
"Choice": {"type": "structure", "union": true, "members": {
  "A": {"shape": "Str"}, "B": {"shape": "Items"}}},
"Items": {"type": "list", "member": {"shape": "Item"}},
"Strings": {"type": "list", "member": {"shape": "Str"}},
"SparseStrings": {"type": "list", "member": {"shape": "Str"}},
"Colours": {"type": "list", "member": {"shape": "Colour"}},
"Tags": {"type": "map", "key": {"shape": "Str"}, "value": {"shape": "Str"}},
"Weights": {"type": "map", "key": {"shape": "Str"}, "value": {"shape": "Double"}},
"Name": {"type": "string", "min": 1, "max": 8},
"Colour": {"type": "string", "enum": ["RED", "BLUE"]},
"Str": {"type": "string"}, "Int": {"type": "integer", "max": 1000}, "Long": {"type": "long"},
"Float": {"type": "float"}, "Double": {"type": "double"}, "Bool": {"type": "boolean"},
"Blob": {"type": "blob", "max": 64}, "Time": {"type": "timestamp"},
"Document": {"type": "structure", "document": true},

"Bound": {"type": "structure", "payload": "Body", "members": {
  "Body": {"shape": "Item", "locationName": "Thing"},
  "Colours": {"shape": "Colours", "location": "header", "locationName": "X-Colours"},
  "Count": {"shape": "Int", "location": "header", "locationName": "X-Count"},
  "Dates": {"shape": "Times", "location": "header", "locationName": "X-Dates"},
  "Days": {"shape": "Times", "location": "querystring", "locationName": "day"},
  "Key": {"shape": "Str", "location": "uri", "locationName": "Key"},
  "Meta": {"shape": "Tags", "location": "headers", "locationName": "x-meta-"},
  "Names": {"shape": "Strings", "location": "header", "locationName": "X-Names"},
  "Page": {"shape": "Int", "location": "querystring", "locationName": "page"},
  "Since": {"shape": "Time", "location": "header", "locationName": "If-Since"},
  "Words": {"shape": "Strings", "location": "querystring", "locationName": "word"}}},
"Times": {"type": "list", "member": {"shape": "Time"}},

"Upload": {"type": "structure", "payload": "Data", "members": {
  "Data": {"shape": "Blob"},
  "Type": {"shape": "Str", "location": "header", "locationName": "Content-Type"}}}
}}"#;

static OPERATIONS: LazyLock<[&'static OperationSchema; 3]> = LazyLock::new(|| {
    let suite = Suite { model: serde_json::from_str(MODEL).expect("a model"), cases: Vec::new() };
    ["Request", "Bound", "Upload"].map(|shape| {
        let given = json!({
            "name": "Try",
            "http": {"method": "POST", "requestUri": "/{Key+}"},
            "input": {"shape": shape},
            "output": {"shape": shape},
        });
        operation(&suite, &serde_json::from_value(given).expect("an operation"))
    })
});

/// The operation whose input is of that shape.
pub fn named(shape: &str) -> &'static OperationSchema {
    OPERATIONS
        .iter()
        .find(|operation| operation.input.name == shape)
        .expect("a shape of the sample")
}

/// A request in parts.
#[derive(Default)]
pub struct Sent<'a> {
    pub headers: &'a [(&'a str, &'a str)],
    pub query: &'a str,
    pub labels: &'a [(&'static str, String)],
    pub body: &'a [u8],
}

/// Reads a request.
pub fn read(
    protocol: Protocol,
    operation: &'static OperationSchema,
    sent: &Sent<'_>,
) -> Result<Dynamic, WireError> {
    let mut input = Dynamic::new(operation.input);
    read_into(protocol, operation, sent, &mut input)?;
    Ok(input)
}

/// Reads a request into a structure.
pub fn read_into(
    protocol: Protocol,
    operation: &'static OperationSchema,
    sent: &Sent<'_>,
    input: &mut dyn Structure,
) -> Result<(), WireError> {
    let mut headers = HeaderMap::new();
    for (name, value) in sent.headers {
        headers.append(
            HeaderName::try_from(*name).expect("a name"),
            HeaderValue::try_from(*value).expect("a value"),
        );
    }
    let query = query_pairs(sent.query).expect("a query");
    let call = Call { protocol, operation, headers: &headers, query: &query, labels: sent.labels };
    decode(&call, Payload::Whole(Bytes::copy_from_slice(sent.body)), input)
}

/// Reads a body, into the form of the test cases or the reason why not.
pub fn body(protocol: Protocol, body: &[u8]) -> Result<Json, String> {
    let sent = Sent { body, ..Sent::default() };
    let mut input = read(protocol, named("Request"), &sent).map_err(|error| error.to_string())?;
    Ok(input.take_json())
}

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn text(&mut self) -> String {
        const ALPHABET: [char; 12] =
            ['a', 'Z', '0', ' ', '"', '\\', '<', '&', '\n', 'é', '漢', '😹'];
        (0..self.below(12)).map(|_| ALPHABET[self.below(ALPHABET.len())]).collect()
    }

    fn double(&mut self) -> f64 {
        match self.below(6) {
            0 => f64::INFINITY,
            1 => 0.0,
            2 => -1.5,
            3 => self.next() as f64,
            _ => f64::from_bits(self.next()),
        }
    }
}

/// Fills a structure at random; times are whole multiples of `unit` microseconds.
pub fn fill(value: &mut dyn Structure, unit: i64, dice: &mut Dice, depth: usize) {
    let members = value.schema().members;
    for (index, member) in members.iter().enumerate() {
        if (member.required || dice.below(3) > 0)
            && !(depth > 3 && member.target.kind == Kind::Structure)
        {
            fill_value(member.target, value.member_mut(index), unit, dice, depth);
        }
    }
}

fn fill_value(
    schema: &'static Schema,
    shape: &mut dyn Shape,
    unit: i64,
    dice: &mut Dice,
    depth: usize,
) {
    match shape.fill() {
        Slot::Bool(slot) => *slot = dice.below(2) == 0,
        Slot::Int(slot) => *slot = (dice.next() as i32).min(1_000),
        Slot::Long(slot) => *slot = dice.next() as i64 >> dice.below(64),
        Slot::Float(slot) => *slot = dice.double() as f32,
        Slot::Double(slot) => *slot = dice.double(),
        Slot::Str(slot) => *slot = dice.text(),
        Slot::Blob(slot) => *slot = (0..dice.below(9)).map(|_| dice.next() as u8).collect(),
        Slot::Time(slot) => {
            // Some four thousand years around the epoch, and both ends.
            let micros = match dice.below(20) {
                0 if unit == 1 => i64::MAX,
                1 if unit == 1 => i64::MIN,
                _ => (dice.next() as i64) >> 8,
            };
            *slot = Timestamp::from_micros(micros / unit * unit);
        }
        Slot::Document(slot) => {
            *slot = match dice.below(4) {
                0 => Json::Null,
                1 => json!({ "a": [1, 2.5, "x", null, { "b": dice.text() }] }),
                2 => json!(dice.next()),
                _ => json!(dice.text()),
            };
        }
        Slot::Enum(slot) => {
            let values = schema.values;
            assert!(slot.set(values[dice.below(values.len())]), "a value of the enumeration");
        }
        Slot::Struct(value) => fill(value, unit, dice, depth + 1),
        Slot::List(list) => {
            for _ in 0..dice.below(4) {
                fill_value(schema.element().target, list.push(), unit, dice, depth);
            }
        }
        Slot::Map(map) => {
            for _ in 0..dice.below(4) {
                fill_value(schema.entry().1.target, map.insert(dice.text()), unit, dice, depth);
            }
        }
        Slot::Option(_) | Slot::Stream(_) | Slot::Events(_) => {}
    }
}

/// Everything a value holds, to the last bit.
pub fn exact(view: View<'_>) -> String {
    match view {
        View::Absent | View::Stream => "-".to_owned(),
        View::Bool(value) => value.to_string(),
        View::Int(value) => value.to_string(),
        View::Float(value) if value.is_nan() => "nan".to_owned(),
        View::Float(value) => format!("f{:x}", value.to_bits()),
        View::Double(value) if value.is_nan() => "nan".to_owned(),
        View::Double(value) => format!("d{:x}", value.to_bits()),
        View::Str(value) => format!("{value:?}"),
        View::Blob(value) => format!("{value:x?}"),
        View::Time(value) => format!("t{}", value.as_micros()),
        View::Document(value) => value.to_string(),
        View::Struct(value) => {
            let members = value.schema().members.iter().enumerate().map(|(index, member)| {
                format!("{}={}", member.name, exact(value.member(index).view()))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
        }
        View::List(list) => {
            let items = (0..list.len()).map(|index| exact(list.get(index).view()));
            format!("[{}]", items.collect::<Vec<_>>().join(" "))
        }
        View::Map(map) => {
            let mut entries = Vec::new();
            map.each(&mut |key, value| entries.push(format!("{key:?}={}", exact(value.view()))));
            format!("<{}>", entries.join(" "))
        }
    }
}
