//! Every request of the public cases is read into the parameters it was made from.

use aquifer_schema::{Location, Protocol};
use aquifer_wire::{Call, Payload, RestRouter, decode, query_pairs};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

use crate::cases::{Case, PROTOCOLS, Suite, load, operation};
use crate::dynamic::Dynamic;

/// Cases that are not shown, and why. May only shrink.
const SKIPPED: &[(&str, &str)] = &[
    // A client compresses the body; the case states no body to read. Content encodings are the listener's.
    ("aws-json-1.0", "SDKAppliedContentEncoding_awsJson1_0"),
    ("aws-json-1.0", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0"),
    ("aws-json-1.1", "SDKAppliedContentEncoding_awsJson1_1"),
    ("aws-json-1.1", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1"),
    ("rest-json", "SDKAppliedContentEncoding_restJson1"),
    ("rest-json", "SDKAppendedGzipAfterProvidedEncoding_restJson1"),
    ("rest-xml", "SDKAppliedContentEncoding_restXml"),
    ("rest-xml", "SDKAppendedGzipAfterProvidedEncoding_restXml"),
    ("aws-query", "SDKAppliedContentEncoding_awsQuery"),
    ("aws-query", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery"),
    ("ec2-query", "SDKAppliedContentEncoding_ec2Query"),
    ("ec2-query", "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query"),
    // A client is told to prefix every path.
    ("rest-json", "RestJsonHostWithPath"),
    // A client's choice between two values of one parameter.
    ("rest-json", "RestJsonQueryPrecedence"),
    ("rest-xml", "RestXmlQueryPrecedence"),
    // Media types and JSON in headers: no service of ours has them, and models do not mark them.
    ("rest-json", "MediaTypeHeaderInputBase64"),
    ("rest-json", "legacy 20:0"),
    ("rest-xml", "legacy 24:0"),
    // Nothing is sent as `{}`, which is read as an empty structure.
    ("rest-json", "RestJsonHttpWithEmptyStructurePayload"),
    ("rest-json", "RestJsonHttpWithHeadersButNoPayload"),
    ("rest-json", "legacy 13:1"),
    ("rest-json", "legacy 25:2"),
    ("rest-json", "legacy 25:4"),
    // A client sends a type of an empty body, which is bound to a member.
    ("rest-json", "legacy 25:7"),
    // What is empty does not travel.
    ("rest-json", "legacy 26:1"),
    ("rest-xml", "legacy 26:1"),
    ("aws-query", "QueryEmptyQueryMaps"),
    ("ec2-query", "Ec2EmptyQueryLists"),
];

#[test]
fn requests_are_read_into_their_parameters() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, protocol) in PROTOCOLS {
        for suite in load(&format!("requests/{file}")) {
            for case in &suite.cases {
                count += 1;
                let skipped = SKIPPED.iter().any(|known| *known == (file, &*case.id));
                match (run(&suite, case, protocol), skipped) {
                    (Ok(()), false) | (Err(_), true) => {}
                    (Ok(()), true) => wrong.push(format!("{file} {}: no longer skipped", case.id)),
                    (Err(why), false) => wrong.push(format!("{file} {}: {why}", case.id)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((count, SKIPPED.len()), (529, 28), "cases and skipped cases");
}

fn run(suite: &Suite, case: &Case, protocol: Protocol) -> Result<(), String> {
    let request = case.serialized.as_ref().ok_or("no request")?;
    let operation = operation(suite, &case.given);
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        headers.append(
            HeaderName::try_from(name).map_err(|e| e.to_string())?,
            HeaderValue::try_from(value).map_err(|e| e.to_string())?,
        );
    }
    let (path, query) = request.uri.split_once('?').unwrap_or((&request.uri, ""));
    let is_query = matches!(protocol, Protocol::AwsQuery | Protocol::Ec2Query);
    let query = query_pairs(if is_query { &request.body } else { query }).ok_or("bad query")?;
    let mut labels = Vec::new();
    if matches!(protocol, Protocol::RestJson | Protocol::RestXml) {
        let router = RestRouter::new(operation.service.routes);
        let method = request.method.as_deref().unwrap_or(operation.method);
        let found = router.find(method, path, &query, |_| true, |_| true).ok_or("no route")?;
        labels = found.labels;
    }
    let body = match protocol {
        Protocol::RpcV2Cbor => STANDARD.decode(&request.body).map_err(|e| e.to_string())?,
        _ => request.body.clone().into_bytes(),
    };
    let call = Call { protocol, operation, headers: &headers, query: &query, labels: &labels };
    let mut input = Dynamic::new(operation.input);
    decode(&call, Payload::Whole(body.into()), &mut input).map_err(|error| error.to_string())?;
    let expected = case.params.clone().unwrap_or(Json::Object(Default::default()));
    let mut expected = Dynamic::from_json(operation.input, &expected)?;
    let (mut got, mut expected) = (input.take_json(), expected.take_json());
    for member in operation.input.members {
        let given = |json: &Json| json.get(member.name).is_some();
        // A client fills in what the parameters leave out.
        if member.idempotency_token && !given(&expected) {
            got.as_object_mut().map(|got| got.remove(member.name));
        }
        // A service is given all parameters, those bound elsewhere too.
        if member.location == Location::QueryMap
            && let Some(all) = got.get_mut(member.name).and_then(Json::as_object_mut)
        {
            let wanted = expected.get(member.name).and_then(Json::as_object);
            all.retain(|name, _| wanted.is_some_and(|wanted| wanted.contains_key(name)));
            if all.is_empty() {
                got.as_object_mut().map(|got| got.remove(member.name));
            }
        }
        // On the wire an empty map of parameters or headers is the same as none.
        if matches!(member.location, Location::QueryMap | Location::Headers | Location::Query)
            && expected.get(member.name).is_some_and(is_empty)
        {
            expected.as_object_mut().map(|expected| expected.remove(member.name));
        }
    }
    if got == expected { Ok(()) } else { Err(format!("read {got}, not {expected}")) }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Object(object) => object.is_empty(),
        Json::Array(array) => array.is_empty(),
        _ => false,
    }
}
