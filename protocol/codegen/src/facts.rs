//! What a model's references and shapes mean on the wire, as the schema tables state it.
//!
//! The emitter writes these as Rust text; the protocol tests build schemas of them at run time, so
//! that both are driven by the same reading of a model.

use crate::model::{Model, Reference, Shape};

/// What a member's place in the model says of it.
#[derive(Debug)]
pub struct MemberFacts<'a> {
    /// The name on the wire.
    pub wire: &'a str,
    /// The name in an ec2Query request, where the model gives it one of its own.
    pub query_name: Option<&'a str>,
    /// A variant of `aquifer_schema::Location`.
    pub location: &'static str,
    /// The payload is not held in memory.
    pub stream: bool,
    /// A variant of `aquifer_schema::TimestampFormat`.
    pub timestamp_format: Option<&'static str>,
}

impl Model {
    /// The facts of a member, a list's element, or a map's key or value.
    pub fn member_facts<'a>(&self, name: &'a str, reference: &'a Reference) -> MemberFacts<'a> {
        let target = self.shapes.get(&reference.shape);
        let location = match reference.location.as_deref() {
            Some("header") => "Header",
            Some("headers") => "Headers",
            Some("querystring") if target.is_some_and(|shape| shape.kind == "map") => "QueryMap",
            Some("querystring") => "Query",
            Some("uri") => "Uri",
            Some("statusCode") => "StatusCode",
            _ => "Body",
        };
        MemberFacts {
            wire: reference.location_name.as_deref().unwrap_or(name),
            query_name: reference.query_name.as_deref(),
            location,
            stream: self.is_stream(reference),
            timestamp_format: timestamp_format(reference.timestamp_format.as_deref()),
        }
    }

    /// Whether a use of a shape is a payload that is not held in memory.
    pub fn is_stream(&self, reference: &Reference) -> bool {
        let target = self.shapes.get(&reference.shape);
        target.is_some_and(|t| t.kind == "blob" && (reference.streaming || t.streaming))
    }
}

impl Shape {
    /// A variant of `aquifer_schema::Kind`.
    pub fn wire_kind(&self) -> &'static str {
        match self.kind.as_str() {
            "structure" if self.document => "Document",
            "structure" if self.eventstream => "EventStream",
            "structure" if self.union => "Union",
            "structure" => "Structure",
            "list" => "List",
            "map" => "Map",
            "integer" => "Integer",
            "long" => "Long",
            "float" => "Float",
            "double" => "Double",
            "boolean" => "Boolean",
            "blob" if self.streaming => "Stream",
            "blob" => "Blob",
            "timestamp" => "Timestamp",
            _ if !self.values.is_empty() => "Enum",
            _ => "String",
        }
    }

    /// A structure's payload member among its members.
    pub fn payload_index(&self) -> Option<usize> {
        let payload = self.payload.as_ref()?;
        self.members.keys().position(|member| member == payload)
    }
}

/// A variant of `aquifer_schema::TimestampFormat`.
pub fn timestamp_format(format: Option<&str>) -> Option<&'static str> {
    match format {
        Some("iso8601") => Some("DateTime"),
        Some("rfc822") => Some("HttpDate"),
        Some("unixTimestamp") => Some("Epoch"),
        _ => None,
    }
}
