//! The public protocol test cases, as data: what a client sends and means, what a service answers.

use std::collections::BTreeMap;

use aquifer_codegen::{Model, Reference};
use aquifer_schema::{OperationSchema, Protocol, Route, Schema, ServiceSchema};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::dynamic::{Schemas, leak};

/// The protocols, with the names of their files.
pub const PROTOCOLS: [(&str, Protocol); 7] = [
    ("aws-json-1.0", Protocol::AwsJson10),
    ("aws-json-1.1", Protocol::AwsJson11),
    ("rest-json", Protocol::RestJson),
    ("rest-xml", Protocol::RestXml),
    ("aws-query", Protocol::AwsQuery),
    ("ec2-query", Protocol::Ec2Query),
    ("rpc-v2-cbor", Protocol::RpcV2Cbor),
];

#[derive(Deserialize)]
struct File {
    suites: Vec<RawSuite>,
}

#[derive(Deserialize)]
struct RawSuite {
    metadata: Json,
    shapes: Json,
    cases: Vec<Case>,
}

/// Cases over one set of shapes.
pub struct Suite {
    pub model: Model,
    pub cases: Vec<Case>,
}

/// One case: a request with its parameters, or an answer with its result.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    pub id: String,
    pub given: Given,
    pub params: Option<Json>,
    pub serialized: Option<Request>,
    pub result: Option<Json>,
    pub error: Option<Json>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub response: Option<Answer>,
}

#[derive(Deserialize)]
pub struct Given {
    pub name: String,
    #[serde(default)]
    pub http: Http,
    pub input: Option<Reference>,
    pub output: Option<Reference>,
    #[serde(default)]
    pub errors: Vec<Reference>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Http {
    pub method: String,
    pub request_uri: String,
    pub response_code: Option<u16>,
}

#[derive(Deserialize)]
pub struct Request {
    pub method: Option<String>,
    pub uri: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
}

#[derive(Deserialize)]
pub struct Answer {
    pub status_code: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
}

/// All suites of a file under `tests/data`.
pub fn load(path: &str) -> Vec<Suite> {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo tells the folder");
    let path = format!("{here}/tests/data/{path}.json");
    let text = std::fs::read_to_string(&path).expect("the data file is there");
    let file: File = serde_json::from_str(&text).expect("the data file is well formed");
    file.suites.into_iter().map(suite).collect()
}

fn suite(raw: RawSuite) -> Suite {
    let mut metadata = json!({ "apiVersion": "2020-01-01", "endpointPrefix": "test" });
    for (key, value) in raw.metadata.as_object().expect("metadata is an object") {
        metadata[key] = value.clone();
    }
    if let Some(uri) = metadata.get("xmlNamespace").and_then(|n| n.get("uri")).cloned() {
        metadata["xmlNamespace"] = uri;
    }
    let model = json!({ "metadata": metadata, "operations": {}, "shapes": raw.shapes });
    Suite { model: serde_json::from_value(model).expect("a model"), cases: raw.cases }
}

/// The operation of a case, as generated code states it.
pub fn operation(suite: &Suite, given: &Given) -> &'static OperationSchema {
    let schemas = Schemas(&suite.model);
    let text = |text: &str| -> &'static str { leak(text.into()) };
    let side = |reference: &Option<Reference>| -> &'static Schema {
        schemas.structure(reference.as_ref().map(|reference| reference.shape.as_str()))
    };
    let output = given.output.as_ref();
    let route = Route {
        name: text(&given.name),
        method: text(&given.http.method),
        uri: text(&given.http.request_uri),
        query: &[],
        headers: &[],
    };
    let service = ServiceSchema {
        name: "test",
        signing_name: "test",
        endpoint_prefix: "test",
        service_id: "Test",
        principal: "test.amazonaws.com",
        target_prefix: suite.model.metadata.target_prefix.as_deref().map(text),
        api_version: text(&suite.model.metadata.api_version),
        xml_namespace: suite.model.metadata.xml_namespace.as_deref().map(text),
        protocols: &[],
        validation_code: "ValidationException",
        wrapped_errors: false,
        mismatch_code: "IdempotentParameterMismatch",
        query_codes: &[],
        query_path_member: None,
        routes: leak(Box::new([route])),
    };
    leak(Box::new(OperationSchema {
        name: text(&given.name),
        method: text(&given.http.method),
        uri: text(&given.http.request_uri),
        status: given.http.response_code.unwrap_or(200),
        input: side(&given.input),
        output: side(&given.output),
        // Models of the query protocol name it wherever there is an output.
        result_wrapper: output.map(|reference| match &reference.result_wrapper {
            Some(wrapper) => text(wrapper),
            None => text(&format!("{}Result", given.name)),
        }),
        input_name: given.input.as_ref().and_then(|r| r.location_name.as_deref()).map(text),
        output_name: None,
        unwrapped_output: false,
        errors: leak(given.errors.iter().map(|r| schemas.structure(Some(&r.shape))).collect()),
        read_only: false,
        action: "test:Operation",
        actions_with: &[],
        resources: &[],
        conditions: &[],
        digest_required: false,
        rate: None,
        service: leak(Box::new(service)),
    }))
}
