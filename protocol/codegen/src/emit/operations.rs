//! The service, its operations, its errors and the typed client.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{Emitter, literal, optional};
use crate::model::Operation;
use crate::names::{snake, type_name};
use crate::settings::Rates;

impl Emitter<'_> {
    pub(super) fn emit_operations(&mut self) -> Result<()> {
        self.service()?;
        for (name, operation) in self.operations.clone() {
            self.operation(name, operation)?;
        }
        self.errors()?;
        self.client();
        Ok(())
    }

    fn service(&mut self) -> Result<()> {
        let metadata = &self.model.metadata;
        let listed = if metadata.protocols.is_empty() {
            vec![metadata.protocol.clone()]
        } else {
            metadata.protocols.clone()
        };
        let mut protocols = Vec::new();
        for protocol in &listed {
            protocols.push(match protocol.as_str() {
                "json" if metadata.json_version.as_deref() == Some("1.0") => "AwsJson10",
                "json" => "AwsJson11",
                "rest-json" => "RestJson",
                "rest-xml" => "RestXml",
                "query" => "AwsQuery",
                "ec2" => "Ec2Query",
                "smithy-rpc-v2-cbor" => "RpcV2Cbor",
                other => anyhow::bail!("unknown protocol {other}"),
            });
        }
        let protocols: Vec<String> =
            protocols.iter().map(|p| format!("::aquifer_schema::Protocol::{p}")).collect();
        let model = self.model;
        let routes: Vec<String> =
            model.operations.iter().map(|(name, operation)| self.route(name, operation)).collect();
        let signing = metadata.signing_name.as_ref().unwrap_or(&metadata.endpoint_prefix);
        self.line(&format!(
            "/// The service as its model states it.\npub static SERVICE: \
             ::aquifer_schema::ServiceSchema = ::aquifer_schema::ServiceSchema {{ name: {}, \
             signing_name: {}, endpoint_prefix: {}, service_id: {}, principal: {}, target_prefix: {}, \
             api_version: {}, xml_namespace: {}, protocols: &[{}], validation_code: {}, mismatch_code: {}, \
             wrapped_errors: {}, query_codes: &[{}], query_path_member: {}, routes: &[{}] }};",
            literal(&self.settings.service),
            literal(signing),
            literal(&metadata.endpoint_prefix),
            literal(metadata.service_id.as_deref().unwrap_or(&self.settings.service)),
            literal(&format!("{}.amazonaws.com", metadata.endpoint_prefix)),
            optional(metadata.target_prefix.as_deref()),
            literal(&metadata.api_version),
            optional(self.settings.xml_namespace.as_deref().or(metadata.xml_namespace.as_deref())),
            protocols.join(", "),
            literal(&self.settings.validation_code),
            literal(
                self.settings.mismatch_code.as_deref().unwrap_or("IdempotentParameterMismatch"),
            ),
            self.settings.wrapped_errors,
            pairs(Some(&self.settings.query_codes)),
            optional(self.settings.query_path_member.as_deref()),
            routes.join(", "),
        ));
        Ok(())
    }

    /// How an operation is told from others at the same path.
    fn route(&self, name: &str, operation: &Operation) -> String {
        let input = operation.input.as_ref().and_then(|r| self.model.shapes.get(&r.shape));
        let required = |location: &str| -> Vec<String> {
            let members = input.into_iter().flat_map(|shape| {
                shape.members.iter().filter(|(name, _)| shape.required.contains(name))
            });
            members
                .filter(|(_, reference)| reference.location.as_deref() == Some(location))
                .map(|(name, reference)| {
                    let wire = reference.location_name.as_ref().unwrap_or(name);
                    literal(&if location == "header" { wire.to_lowercase() } else { wire.clone() })
                })
                .collect()
        };
        format!(
            "::aquifer_schema::Route {{ name: {}, method: {}, uri: {}, query: &[{}], headers: \
             &[{}] }}",
            literal(name),
            literal(&operation.http.method),
            literal(&operation.http.request_uri),
            required("querystring").join(", "),
            required("header").join(", "),
        )
    }

    fn operation(&mut self, name: &str, operation: &Operation) -> Result<()> {
        let mut schemas = Vec::new();
        for (reference, suffix) in [(&operation.input, "Input"), (&operation.output, "Output")] {
            let alias = format!("{}{suffix}", type_name(name));
            match reference {
                Some(reference) => {
                    let target = type_name(&reference.shape);
                    if alias != target && !self.shapes.contains(alias.as_str()) {
                        self.line(&format!(
                            "/// {suffix} of `{name}`.\npub type {alias} = {target};"
                        ));
                    }
                    schemas.push(target);
                }
                None => {
                    self.empty(&alias, name, suffix);
                    schemas.push("NoMembers".to_owned());
                }
            }
        }
        let input = self.side(operation.input.as_ref().map(|r| &r.shape), name, "Input");
        let output = self.side(operation.output.as_ref().map(|r| &r.shape), name, "Output");
        let errors: Vec<String> = operation
            .errors
            .iter()
            .map(|reference| format!("&schemas::{}", type_name(&reference.shape)))
            .collect();
        let settings = self.settings;
        let prefix = settings.action_prefix.clone().unwrap_or_else(|| {
            let metadata = &self.model.metadata;
            metadata.signing_name.clone().unwrap_or_else(|| metadata.endpoint_prefix.clone())
        });
        let action =
            settings.actions.get(name).cloned().unwrap_or_else(|| format!("{prefix}:{name}"));
        let resources: Vec<String> = settings
            .resources
            .get(name)
            .or_else(|| settings.resources.get("*"))
            .map_or_else(|| vec![literal("*")], |list| list.iter().map(|t| literal(t)).collect());
        let marker = type_name(name);
        let read_only = ["Get", "List", "Describe", "Head", "BatchGet", "Search", "Select"]
            .iter()
            .any(|verb| name.starts_with(verb));
        let wrapper = operation.output.as_ref().and_then(|r| r.result_wrapper.as_deref());
        let input_name = operation.input.as_ref().and_then(|r| r.location_name.as_deref());
        self.line(&format!(
            "/// The operation `{name}`.\n#[derive(Clone, Copy, Debug)]\npub struct {marker};\nimpl \
             ::platform::Operation for {marker} {{\n    type Input = {input};\n    type Output = \
             {output};\n    const SCHEMA: &'static ::aquifer_schema::OperationSchema = \
             &::aquifer_schema::OperationSchema {{ name: {}, method: {}, uri: {}, status: {}, \
             input: &schemas::{}, output: &schemas::{}, result_wrapper: {}, input_name: {}, \
             output_name: {}, unwrapped_output: {}, errors: &[{}], read_only: {read_only}, action: {}, \
             actions_with: &[{}], resources: &[{}], \
             conditions: &[{}], digest_required: {}, rate: {}, service: \
             &SERVICE }};\n}}",
            literal(name),
            literal(&operation.http.method),
            literal(&operation.http.request_uri),
            operation.http.response_code.unwrap_or(200),
            schemas.first().context("an input")?,
            schemas.get(1).context("an output")?,
            optional(wrapper),
            optional(input_name),
            optional(settings.roots.get(name).map(String::as_str)),
            settings.unwrapped.iter().any(|unwrapped| unwrapped == name),
            errors.join(", "),
            literal(&action),
            pairs(settings.actions_with.get(name)),
            resources.join(", "),
            pairs(settings.conditions.get(name)),
            settings.digest_required.iter().any(|demanding| demanding == name),
            self.rate(name),
        ));
        Ok(())
    }

    fn rate(&self, name: &str) -> String {
        let named = |rates: &&Rates| rates.operations.iter().any(|listed| listed == name);
        let Some(rates) = self.settings.rates.iter().find(named) else { return "None".to_owned() };
        let Rates { per_second, burst, shared_by, .. } = rates;
        let shared_by = optional(shared_by.as_deref());
        format!(
            "Some(::aquifer_schema::CallRate {{ per_second: {per_second}, burst: {burst}, \
             shared_by: {shared_by} }})"
        )
    }

    fn side(&self, shape: Option<&String>, operation: &str, suffix: &str) -> String {
        shape.map_or_else(|| format!("{}{suffix}", type_name(operation)), |shape| type_name(shape))
    }

    /// The input or output of an operation that has none in the model.
    fn empty(&mut self, rust: &str, operation: &str, suffix: &str) {
        self.line(&format!(
            "/// {suffix} of `{operation}`: no members.\n#[derive(Clone, Debug, Default)]\npub \
             struct {rust} {{}}\nimpl ::aquifer_schema::Structure for {rust} {{\n    fn \
             schema(&self) -> &'static ::aquifer_schema::Schema {{ &schemas::NoMembers }}\n    fn \
             member(&self, _: usize) -> &dyn ::aquifer_schema::Shape {{ unreachable!(\"no \
             members\") }}\n    fn member_mut(&mut self, _: usize) -> &mut dyn \
             ::aquifer_schema::Shape {{ unreachable!(\"no members\") }}\n    fn as_any(&self) -> \
             &dyn ::core::any::Any {{ self }}\n    fn as_any_mut(&mut self) -> &mut dyn \
             ::core::any::Any {{ self }}\n    fn into_any(self: ::std::boxed::Box<Self>) -> \
             ::std::boxed::Box<dyn ::core::any::Any + Send> {{ self }}\n}}"
        ));
    }

    /// One constructor per modelled error.
    fn errors(&mut self) -> Result<()> {
        self.line(
            "/// Constructors of the modelled errors: code, status and fault are the model's.",
        );
        self.line("pub mod error {");
        for name in self.shapes.clone() {
            let shape = self.shape(name)?;
            if !shape.exception && shape.error.is_none() {
                continue;
            }
            let rust = type_name(name);
            self.line(&format!(
                "    /// `{name}`.\n    pub fn {}(message: impl Into<String>) -> ::platform::Fail \
                 {{ ::platform::Fail::modeled(&super::schemas::{rust}, message) }}",
                snake(name)
            ));
        }
        self.line("}");
        Ok(())
    }

    fn client(&mut self) {
        self.line(
            "/// Calls the service in process: through the whole pipeline, without sockets, \
             signatures or encoding.\n#[derive(Clone, Copy, Debug)]\npub struct Client;\nimpl \
             Client {",
        );
        for (name, operation) in self.operations.clone() {
            let input = self.side(operation.input.as_ref().map(|r| &r.shape), name, "Input");
            let output = self.side(operation.output.as_ref().map(|r| &r.shape), name, "Output");
            self.line(&format!(
                "    /// Calls `{name}`.\n    ///\n    /// # Errors\n    /// What the operation \
                 answers with.\n    pub async fn {}(ctx: &::platform::Ctx, input: {input}) -> \
                 ::core::result::Result<{output}, ::platform::Fail> {{ \
                 ::platform::call::<{}>(ctx, input).await }}",
                snake(name),
                type_name(name),
            ));
        }
        self.line("}");
    }
}

/// A table of `service.toml` as the items of a slice of pairs.
fn pairs(table: Option<&BTreeMap<String, String>>) -> String {
    let pair = |(key, value): (&String, &String)| format!("({}, {})", literal(key), literal(value));
    table.into_iter().flatten().map(pair).collect::<Vec<_>>().join(", ")
}
