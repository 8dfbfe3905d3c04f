//! The `static` schema of every shape.

use anyhow::Result;

use super::{Emitter, literal, optional};
use crate::facts::timestamp_format;
use crate::model::{Namespace, Reference, Shape};
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
        let payload = shape.payload_index();
        let bound = |bound: Option<f64>| {
            // Bounds beyond what a long holds bound nothing; the few with a fraction are the
            // handler's to check.
            bound
                .filter(|value| value.abs() < 9e18 && value.fract() == 0.0)
                .map_or("None".to_owned(), |value| format!("Some({})", value as i64))
        };
        self.line(&format!(
            "    /// `{name}`.\n    pub static {rust}: Schema = Schema {{ name: {}, kind: \
             Kind::{}, members: &[{}], constraints: Constraints {{ min: {}, max: {}, pattern: {} \
             }}, values: &[{}], flattened: {}, payload: {payload:?}, xml_name: {}, \
             xml_namespace: {}, timestamp_format: {}, sensitive: {}, error: {} }};",
            literal(name),
            shape.wire_kind(),
            members.join(", "),
            bound(shape.min),
            bound(shape.max),
            optional(shape.pattern.as_deref()),
            values.join(", "),
            shape.flattened,
            optional(shape.location_name.as_deref()),
            namespace(shape.xml_namespace.as_ref()),
            format_literal(timestamp_format(shape.timestamp_format.as_deref())),
            shape.sensitive,
            self.error_schema(name, shape),
        ));
        Ok(())
    }

    fn member_schema(&self, name: &str, reference: &Reference, required: bool) -> String {
        let facts = self.model.member_facts(name, reference);
        format!(
            "Member {{ name: {}, wire: {}, query_name: {}, target: &{}, location: Location::{}, \
             required: {required}, flattened: {}, xml_attribute: {}, xml_namespace: {}, \
             timestamp_format: {}, stream: {}, idempotency_token: {}, event_header: {}, \
             event_payload: {} }}",
            literal(name),
            literal(facts.wire),
            optional(facts.query_name),
            type_name(&reference.shape),
            facts.location,
            reference.flattened,
            reference.xml_attribute,
            namespace(reference.xml_namespace.as_ref()),
            format_literal(facts.timestamp_format),
            facts.stream,
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

fn format_literal(format: Option<&'static str>) -> String {
    format.map_or("None".to_owned(), |format| format!("Some(TimestampFormat::{format})"))
}

fn namespace(namespace: Option<&Namespace>) -> String {
    namespace.map_or("None".to_owned(), |namespace| {
        format!("Some(({}, {}))", literal(namespace.uri()), optional(namespace.prefix()))
    })
}
