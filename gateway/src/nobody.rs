//! Requests for services that are not open.

use aquifer_schema::{Protocol, ServiceSchema};
use aquifer_sigv4::Presented;
use http::Response;
use http::request::Parts;
use platform::{Ctx, Fail};

use crate::answer::{Body, refuse};

/// No open room fits the request: answered in the protocol it seems to be in.
pub(crate) fn no_service(
    ctx: &Ctx,
    parts: &Parts,
    presented: Option<&Presented>,
) -> Response<Body> {
    let name = presented.map_or("this request", |presented| presented.service.as_str());
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let form = header("content-type").is_some_and(|kind| kind.contains("x-www-form-urlencoded"));
    let protocol = if header("x-amz-target").is_some() {
        Protocol::AwsJson11
    } else if form {
        Protocol::AwsQuery
    } else if name == "s3" {
        Protocol::RestXml
    } else {
        Protocol::RestJson
    };
    let message = format!("No open service of this Aquifer answers {name}.");
    refuse(ctx, &NOBODY, protocol, &Fail::new("NotImplemented", 501, message))
}

/// Who answers for services that are not open.
static NOBODY: ServiceSchema = ServiceSchema {
    name: "",
    signing_name: "",
    endpoint_prefix: "",
    service_id: "",
    principal: "",
    target_prefix: None,
    api_version: "",
    xml_namespace: None,
    protocols: &[],
    validation_code: "",
    mismatch_code: "",
    wrapped_errors: false,
    query_codes: &[],
    query_path_member: None,
    routes: &[],
};
