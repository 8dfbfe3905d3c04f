//! The `static` schema of every shape.

use anyhow::Result;

use super::{Emitter, literal, optional};
use crate::model::{Reference, Shape};
use crate::names::type_name;

impl Emitter<'_> {
    pub(super) fn emit_schemas(&mut self) -> Result<()> {
        self.line("/// What the model states of each shape.");
        self.line("#[allow(non_upper_case_globals)]");
        self.line("pub mod schemas {");
        self.line("    use ::aquifer_schema::*;");
        for name in self.shapes.clone() {
            let shape = self.shape(name)?;
            self.schema(name, shape)?;
        }
        self.line(
            "    /// An input or output without members.\n    pub static NoMembers: Schema = \
             Schema { name: \"\", kind: Kind::Structure, members: &[], constraints: \
             Constraints::NONE, values: &[], flattened: false, payload: None, xml_name: None, \
             xml_namespace: None, timestamp_format: None, sensitive: false, error: None };",
        );
        self.line("}");
        Ok(())
    }

    fn schema(&mut self, name: &str, shape: &Shape) -> Result<()> {
        let rust = type_name(name);
        let members: Vec<String> = match shape.kind.as_str() {
            "structure" => Self::members(shape)
                .map(|(_, (member, reference))| {
                    let required = shape.required.contains(member);
                    self.member_schema(member, reference, required)
                })
                .collect(),
            "list" => shape.member.iter().map(|m| self.member_schema("member", m, false)).collect(),
            "map" => [("key", &shape.key), ("value", &shape.value)]
                .into_iter()
                .filter_map(|(name, reference)| Some((name, reference.as_ref()?)))
                .map(|(name, reference)| self.member_schema(name, reference, false))
                .collect(),
            _ => Vec::new(),
        };
        let values: Vec<String> = shape.values.iter().map(|value| literal(value)).collect();
        let payload = shape
            .payload
            .as_ref()
            .and_then(|payload| shape.members.keys().position(|member| member == payload));
        let bound = |bound: Option<f64>| {
            // Bounds beyond what a long holds bound nothing.
            bound
                .filter(|value| value.abs() < 9e18)
                .map_or("None".to_owned(), |value| format!("Some({})", value as i64))
        };
        let namespace = shape.xml_namespace.as_ref().map(|namespace| namespace.uri());
        self.line(&format!(
            "    /// `{name}`.\n    pub static {rust}: Schema = Schema {{ name: {}, kind: \
             Kind::{}, members: &[{}], constraints: Constraints {{ min: {}, max: {}, pattern: {} \
             }}, values: &[{}], flattened: {}, payload: {payload:?}, xml_name: {}, \
             xml_namespace: {}, timestamp_format: {}, sensitive: {}, error: {} }};",
            literal(name),
            self.kind(shape),
            members.join(", "),
            bound(shape.min),
            bound(shape.max),
            optional(shape.pattern.as_deref()),
            values.join(", "),
            shape.flattened,
            optional(shape.location_name.as_deref()),
            optional(namespace),
            timestamp_format(shape.timestamp_format.as_deref()),
            shape.sensitive,
            self.error_schema(name, shape),
        ));
        Ok(())
    }

    fn kind(&self, shape: &Shape) -> &'static str {
        match shape.kind.as_str() {
            "structure" if shape.document => "Document",
            "structure" if shape.eventstream => "EventStream",
            "structure" if shape.union => "Union",
            "structure" => "Structure",
            "list" => "List",
            "map" => "Map",
            "integer" => "Integer",
            "long" => "Long",
            "float" => "Float",
            "double" => "Double",
            "boolean" => "Boolean",
            "blob" if shape.streaming => "Stream",
            "blob" => "Blob",
            "timestamp" => "Timestamp",
            _ if !shape.values.is_empty() => "Enum",
            _ => "String",
        }
    }

    fn member_schema(&self, name: &str, reference: &Reference, required: bool) -> String {
        let location = match reference.location.as_deref() {
            Some("header") => "Header",
            Some("headers") => "Headers",
            Some("querystring") => match self.model.shapes.get(&reference.shape) {
                Some(shape) if shape.kind == "map" => "QueryMap",
                _ => "Query",
            },
            Some("uri") => "Uri",
            Some("statusCode") => "StatusCode",
            _ => "Body",
        };
        let ec2 = self.model.metadata.protocol == "ec2";
        let wire = match (&reference.query_name, &reference.location_name) {
            (Some(query), _) if ec2 => query.clone(),
            (_, Some(name)) if ec2 => {
                let mut chars = name.chars();
                let first = chars.next().map(|c| c.to_ascii_uppercase());
                first.into_iter().chain(chars).collect()
            }
            (_, Some(name)) => name.clone(),
            _ => name.to_owned(),
        };
        let namespace = reference.xml_namespace.as_ref().map_or("None".to_owned(), |namespace| {
            format!("Some(({}, {}))", literal(namespace.uri()), optional(namespace.prefix()))
        });
        format!(
            "Member {{ name: {}, wire: {}, target: &{}, location: Location::{location}, required: \
             {required}, flattened: {}, xml_attribute: {}, xml_namespace: {namespace}, \
             timestamp_format: {}, stream: {}, idempotency_token: {}, event_header: {}, event_payload: {} }}",
            literal(name),
            literal(&wire),
            type_name(&reference.shape),
            reference.flattened,
            reference.xml_attribute,
            timestamp_format(reference.timestamp_format.as_deref()),
            self.is_stream(reference),
            reference.idempotency_token,
            reference.eventheader,
            reference.eventpayload,
        )
    }

    fn error_schema(&self, name: &str, shape: &Shape) -> String {
        if !shape.exception && shape.error.is_none() {
            return "None".to_owned();
        }
        let traits = shape.error.as_ref();
        let code = traits.and_then(|traits| traits.code.as_deref()).unwrap_or(name);
        let sender = traits.and_then(|traits| traits.sender_fault).unwrap_or(!shape.fault);
        let status = traits.and_then(|traits| traits.http_status_code).unwrap_or(if shape.fault {
            500
        } else {
            400
        });
        format!(
            "Some(&ErrorSchema {{ code: {}, status: {status}, sender: {sender} }})",
            literal(code)
        )
    }
}

fn timestamp_format(format: Option<&str>) -> &'static str {
    match format {
        Some("iso8601") => "Some(TimestampFormat::DateTime)",
        Some("rfc822") => "Some(TimestampFormat::HttpDate)",
        Some("unixTimestamp") => "Some(TimestampFormat::Epoch)",
        _ => "None",
    }
}
