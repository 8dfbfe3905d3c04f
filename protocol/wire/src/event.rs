//! Events of a modelled stream as frames.

use std::any::Any;

use aquifer_schema::{
    Bytes, Constraints, EventError, Kind, Member, Schema, Shape, Structure, TimestampFormat, View,
};

use crate::frame::{Frame, FrameHeader, HeaderValue, encode_frame};
use crate::json::{self, Names};
use crate::text::to_text;
use crate::xml;

/// What an output holds beside its events, as the first of them.
pub(crate) struct Initial {
    content_type: String,
    body: Bytes,
}

static INITIAL: Schema = Schema {
    name: "initial-response",
    kind: Kind::Union,
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
};

impl Initial {
    pub fn new(content_type: String, body: Bytes) -> Self {
        Self { content_type, body }
    }
}

impl Structure for Initial {
    fn schema(&self) -> &'static Schema {
        &INITIAL
    }
    fn member(&self, _: usize) -> &dyn Shape {
        unreachable!("its schema has no members")
    }
    fn member_mut(&mut self, _: usize) -> &mut dyn Shape {
        unreachable!("its schema has no members")
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// An event of a modelled stream: a union with one member set, framed. `None` if none is set.
pub fn encode_event(event: &dyn Structure, xml_payload: bool) -> Option<Bytes> {
    if let Some(initial) = event.as_any().downcast_ref::<Initial>() {
        let headers = vec![
            text(":message-type", "event"),
            text(":event-type", "initial-response"),
            text(":content-type", &initial.content_type),
        ];
        return Some(encode_frame(&Frame { headers, payload: initial.body.clone() }));
    }
    let members = event.schema().members;
    let (index, member) = members
        .iter()
        .enumerate()
        .find(|(index, _)| !matches!(event.member(*index).view(), View::Absent))?;
    let View::Struct(body) = event.member(index).view() else { return None };
    let (kind, name) = match member.target.error {
        Some(_) => ("exception", ":exception-type"),
        None => ("event", ":event-type"),
    };
    let mut headers = vec![text(":message-type", kind), text(name, member.wire)];
    let mut payload: Option<Bytes> = None;
    for (at, inner) in body.schema().members.iter().enumerate() {
        let view = body.member(at).view();
        if inner.event_payload {
            match view {
                View::Blob(bytes) => {
                    headers.push(text(":content-type", "application/octet-stream"));
                    payload = Some(bytes.clone());
                }
                View::Str(string) => {
                    headers.push(text(":content-type", "text/plain"));
                    payload = Some(Bytes::copy_from_slice(string.as_bytes()));
                }
                View::Struct(value) => {
                    payload = Some(structured(value, inner.wire, xml_payload, &mut headers));
                }
                _ => {}
            }
        } else if inner.event_header
            && let Some(value) = header_value(inner, &view)
        {
            headers.push((inner.wire.to_owned(), value));
        }
    }
    let unbound = body.schema().members.iter().any(|m| !m.event_payload && !m.event_header);
    let payload = match payload {
        Some(payload) => payload,
        None if unbound => structured(body, member.wire, xml_payload, &mut headers),
        None => Bytes::new(),
    };
    Some(encode_frame(&Frame { headers, payload }))
}

/// The error that ends a stream, framed: clients raise it.
pub fn encode_event_error(error: &EventError) -> Bytes {
    let headers = vec![
        text(":message-type", "error"),
        text(":error-code", &error.code),
        text(":error-message", &error.message),
    ];
    encode_frame(&Frame { headers, payload: Bytes::new() })
}

fn text(name: &str, value: &str) -> FrameHeader {
    (name.to_owned(), HeaderValue::Text(value.to_owned()))
}

/// A header in the type the member has.
fn header_value(member: &Member, view: &View<'_>) -> Option<HeaderValue> {
    Some(match view {
        View::Bool(value) => HeaderValue::Bool(*value),
        View::Int(value) if member.target.kind == Kind::Long => HeaderValue::Long(*value),
        View::Int(value) => HeaderValue::Int(i32::try_from(*value).ok()?),
        View::Blob(value) => HeaderValue::Bytes((*value).clone()),
        View::Time(value) => HeaderValue::Time(value.as_millis()),
        view => HeaderValue::Text(to_text(member, view, TimestampFormat::DateTime)?),
    })
}

fn structured(
    value: &dyn Structure,
    name: &str,
    xml_payload: bool,
    headers: &mut Vec<FrameHeader>,
) -> Bytes {
    headers.push(text(":content-type", if xml_payload { "text/xml" } else { "application/json" }));
    if xml_payload {
        let mut out = String::new();
        xml::write_document(name, None, value, false, &mut out);
        return out.into();
    }
    let mut out = Vec::new();
    json::write(value, Names::Model, &mut out);
    out.into()
}
