//! A model's shapes as `static` schemas.
//!
//! Schemas refer to each other by reference and cannot be tied into a knot after the fact, so a
//! recursive shape is unrolled as deep as any test nests it.

use aquifer_codegen::{Model, Namespace, Reference, Shape};
use aquifer_schema::{Constraints, ErrorSchema, Kind, Location, Member, Schema, TimestampFormat};

/// How often a shape may lie inside itself.
const RECURSION_MAX: usize = 6;

/// Keeps a value for as long as the test process lives, as a `static` would.
pub fn leak<T: ?Sized>(value: Box<T>) -> &'static T {
    Box::leak(value)
}

fn text(text: &str) -> &'static str {
    leak(text.into())
}

/// Builds schemas from one model.
pub struct Schemas<'a>(pub &'a Model);

impl Schemas<'_> {
    /// The schema of a structure; without members where `name` is `None`.
    pub fn structure(&self, name: Option<&str>) -> &'static Schema {
        match name {
            Some(name) => self.build(name, &mut Vec::new()),
            None => leak(Box::new(Schema {
                name: "",
                kind: Kind::Structure,
                members: &[],
                constraints: Constraints::NONE,
                values: &[],
                flattened: false,
                payload: None,
                xml_name: None,
                xml_namespace: None,
                timestamp_format: None,
                sensitive: false,
                error: None,
            })),
        }
    }

    fn build(&self, name: &str, inside: &mut Vec<String>) -> &'static Schema {
        let shape = &self.0.shapes[name];
        let ended = inside.iter().filter(|outer| *outer == name).count() >= RECURSION_MAX;
        inside.push(name.to_owned());
        let members: Vec<Member> = match shape.kind.as_str() {
            _ if ended => Vec::new(),
            "structure" => shape
                .members
                .iter()
                .map(|(member, reference)| {
                    let required = shape.required.contains(member);
                    self.member(member, reference, required, inside)
                })
                .collect(),
            "list" => shape
                .member
                .iter()
                .map(|reference| self.member("member", reference, false, inside))
                .collect(),
            "map" => [("key", &shape.key), ("value", &shape.value)]
                .into_iter()
                .filter_map(|(name, reference)| Some((name, reference.as_ref()?)))
                .map(|(name, reference)| self.member(name, reference, false, inside))
                .collect(),
            _ => Vec::new(),
        };
        inside.pop();
        leak(Box::new(Schema {
            name: text(name),
            kind: kind(shape),
            members: leak(members.into_boxed_slice()),
            constraints: Constraints {
                min: shape.min.map(|bound| bound as i64),
                max: shape.max.map(|bound| bound as i64),
                pattern: shape.pattern.as_deref().map(text),
            },
            values: leak(shape.values.iter().map(|value| text(value)).collect()),
            flattened: shape.flattened,
            payload: shape.payload_index().filter(|_| !ended),
            xml_name: shape.location_name.as_deref().map(text),
            xml_namespace: shape.xml_namespace.as_ref().map(namespace),
            timestamp_format: format(aquifer_codegen::timestamp_format(
                shape.timestamp_format.as_deref(),
            )),
            sensitive: shape.sensitive,
            error: error(name, shape),
        }))
    }

    fn member(
        &self,
        name: &str,
        reference: &Reference,
        required: bool,
        inside: &mut Vec<String>,
    ) -> Member {
        let facts = self.0.member_facts(name, reference);
        Member {
            name: text(name),
            wire: text(facts.wire),
            query_name: facts.query_name.map(text),
            target: self.build(&reference.shape, inside),
            location: location(facts.location),
            required,
            flattened: reference.flattened,
            xml_attribute: reference.xml_attribute,
            xml_namespace: reference.xml_namespace.as_ref().map(namespace),
            timestamp_format: format(facts.timestamp_format),
            stream: facts.stream,
            idempotency_token: reference.idempotency_token,
            event_header: reference.eventheader,
            event_payload: reference.eventpayload,
        }
    }
}

fn namespace(namespace: &Namespace) -> (&'static str, Option<&'static str>) {
    (text(namespace.uri()), namespace.prefix().map(text))
}

fn error(name: &str, shape: &Shape) -> Option<&'static ErrorSchema> {
    if !shape.exception && shape.error.is_none() {
        return None;
    }
    let traits = shape.error.as_ref();
    Some(leak(Box::new(ErrorSchema {
        code: text(traits.and_then(|traits| traits.code.as_deref()).unwrap_or(name)),
        status: traits.and_then(|traits| traits.http_status_code).unwrap_or(400),
        sender: traits.and_then(|traits| traits.sender_fault).unwrap_or(!shape.fault),
    })))
}

fn kind(shape: &Shape) -> Kind {
    match shape.wire_kind() {
        "Structure" => Kind::Structure,
        "Union" => Kind::Union,
        "List" => Kind::List,
        "Map" => Kind::Map,
        "String" => Kind::String,
        "Enum" => Kind::Enum,
        "Integer" => Kind::Integer,
        "Long" => Kind::Long,
        "Float" => Kind::Float,
        "Double" => Kind::Double,
        "Boolean" => Kind::Boolean,
        "Blob" => Kind::Blob,
        "Timestamp" => Kind::Timestamp,
        "Document" => Kind::Document,
        "Stream" => Kind::Stream,
        "EventStream" => Kind::EventStream,
        other => panic!("no such kind: {other}"),
    }
}

fn location(name: &str) -> Location {
    match name {
        "Body" => Location::Body,
        "Header" => Location::Header,
        "Headers" => Location::Headers,
        "Query" => Location::Query,
        "QueryMap" => Location::QueryMap,
        "Uri" => Location::Uri,
        "StatusCode" => Location::StatusCode,
        other => panic!("no such location: {other}"),
    }
}

fn format(name: Option<&str>) -> Option<TimestampFormat> {
    name.map(|name| match name {
        "Epoch" => TimestampFormat::Epoch,
        "DateTime" => TimestampFormat::DateTime,
        "HttpDate" => TimestampFormat::HttpDate,
        other => panic!("no such format: {other}"),
    })
}
