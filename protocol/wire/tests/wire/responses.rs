//! Every answer of the public cases is written from its result, and, where the format is read as well
//! as written, read back into it.

use aquifer_schema::{Protocol, Structure};
use aquifer_wire::{
    Call, ErrorAnswer, Payload, Response, ResponseBody, decode, encode, encode_error,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::Value as Json;

use crate::cases::{Answer, Case, PROTOCOLS, Suite, load, operation};
use crate::documents::{Element, cbor, same_json, xml};
use crate::dynamic::{Dynamic, Schemas};

/// Answers that clients must understand but a service has no reason to write, and why. May only
/// shrink. Those of formats that are read as well as written are still read.
const NEVER_WRITTEN: &[(&str, &str)] = &[
    // Members that clients pass over.
    ("aws-json-1.0", "AwsJson10DeserializeIgnoreType"),
    ("aws-json-1.0", "AwsJson10HandlesUnexpectedJsonOutput"),
    ("aws-json-1.1", "handles_unexpected_json_output"),
    ("aws-json-1.1", "AwsJson11DeserializeIgnoreType"),
    ("aws-json-1.1", "legacy 5:0"),
    ("rest-json", "RestJsonDeserializeIgnoreType"),
    ("rest-json", "legacy 7:0"),
    ("rpc-v2-cbor", "RpcV2CborExtraFieldsInTheBodyShouldBeSkippedByClients"),
    ("rpc-v2-cbor", "RpcV2CborPayloadWithUnsetUnion"),
    ("rest-xml", "InvalidGreetingError"),
    ("aws-json-1.1", "legacy 7:2"),
    ("rest-json", "legacy 13:3"),
    ("rest-json", "legacy 13:4"),
    ("rest-json", "legacy 13:5"),
    ("rest-json", "legacy 13:6"),
    ("rest-xml", "legacy 15:1"),
    ("rest-xml", "legacy 15:2"),
    ("aws-query", "legacy 16:2"),
    ("ec2-query", "legacy 10:2"),
    // Nulls where a service writes nothing.
    ("aws-json-1.0", "AwsJson10DeserializeAllowNulls"),
    ("aws-json-1.1", "AwsJson11StructuresDontDeserializeNullValues"),
    ("aws-json-1.1", "legacy 3:1"),
    ("rest-json", "RestJsonDeserializesDenseSetMapAndSkipsNull"),
    ("rest-json", "RestJsonDoesntDeserializeNullStructureValues"),
    ("rpc-v2-cbor", "RpcV2CborDeserializesDenseSetMapAndSkipsNull"),
    ("rpc-v2-cbor", "RpcV2CborClientDoesntDeserializeNullStructureValues"),
    // Times with an offset; a service writes them in UTC.
    ("aws-json-1.1", "AwsJson11DateTimeWithNegativeOffset"),
    ("aws-json-1.1", "AwsJson11DateTimeWithPositiveOffset"),
    ("rest-json", "RestJsonDateTimeWithNegativeOffset"),
    ("rest-json", "RestJsonDateTimeWithPositiveOffset"),
    ("rest-xml", "RestXmlDateTimeWithNegativeOffset"),
    ("rest-xml", "RestXmlDateTimeWithPositiveOffset"),
    ("aws-query", "AwsQueryDateTimeWithNegativeOffset"),
    ("aws-query", "AwsQueryDateTimeWithPositiveOffset"),
    ("ec2-query", "Ec2QueryDateTimeWithNegativeOffset"),
    ("ec2-query", "Ec2QueryDateTimeWithPositiveOffset"),
    // No body at all, where a service writes one without members.
    ("rest-json", "legacy 8:0"),
    ("rpc-v2-cbor", "empty_output_no_body"),
    ("rpc-v2-cbor", "no_output"),
    ("rpc-v2-cbor", "NoOutputClientAllowsEmptyBody"),
    // A list with spaces where a service has none.
    ("rest-json", "legacy 18:0"),
    ("rest-xml", "legacy 17:0"),
    // A header of requests.
    ("aws-json-1.1", "AwsJson11IntEnums"),
    // Members of a kind only requests have.
    ("rest-xml", "IgnoreQueryParamsInResponse"),
    // Media types and JSON in headers: no service of ours has them, and models do not mark them.
    ("rest-json", "MediaTypeHeaderOutputBase64"),
    ("rest-json", "legacy 12:0"),
    ("rest-xml", "legacy 12:0"),
    // A union of a member no model knows.
    ("rest-json", "legacy 17:2"),
    ("rest-xml", "legacy 16:2"),
    // A namespace that the case's model states and its answer leaves out; another type of the same answer.
    ("aws-query", "QueryXmlNamespaces"),
    ("ec2-query", "Ec2XmlNamespaces"),
    ("ec2-query", "Ec2XmlEmptyLists"),
    // TODO(#2): services that left the query protocol repeat their old code in a header.
    ("aws-json-1.0", "QueryCompatibleAwsJson10CustomCodeError"),
    ("rpc-v2-cbor", "QueryCompatibleRpcV2CborCustomCodeError"),
];

#[test]
fn answers_are_written_from_their_results() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, protocol) in PROTOCOLS {
        for suite in load(&format!("responses/{file}")) {
            for case in suite.cases.iter().filter(|case| !is_stream(&suite, case)) {
                count += 1;
                let listed = NEVER_WRITTEN.iter().any(|known| *known == (file, &*case.id));
                match (written(&suite, case, protocol), listed) {
                    (Ok(()), false) | (Err(_), true) => {}
                    (Ok(()), true) => wrong.push(format!("{file} {}: is written", case.id)),
                    (Err(why), false) => wrong.push(format!("{file} {}: {why}", case.id)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((count, NEVER_WRITTEN.len()), (471, 54), "cases, and cases never written");
}

/// Answers the readers of requests do not take, and why. May only shrink.
const NEVER_READ: &[(&str, &str)] = &[
    // Nulls in lists and maps that hold none are refused in requests.
    ("aws-json-1.1", "legacy 3:1"),
    ("rest-json", "RestJsonDeserializesDenseSetMapAndSkipsNull"),
    ("rpc-v2-cbor", "RpcV2CborDeserializesDenseSetMapAndSkipsNull"),
    // Media types and JSON in headers: no service of ours has them, and models do not mark them.
    ("rest-json", "MediaTypeHeaderOutputBase64"),
    ("rest-json", "legacy 12:0"),
    ("rest-xml", "legacy 12:0"),
    // A prefix of nothing, with keys in the case of the header.
    ("rest-json", "legacy 9:0"),
    // A map of no headers is no map.
    ("rest-xml", "HttpPrefixHeadersAreNotPresent"),
    // A root that only answers have.
    ("rest-xml", "legacy 8:0"),
    // Members of a kind only requests have.
    ("rest-xml", "IgnoreQueryParamsInResponse"),
    // A union of a member no model knows.
    ("rest-json", "legacy 17:2"),
    ("rest-xml", "legacy 16:2"),
];

#[test]
fn answers_are_read_into_their_results() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, protocol) in PROTOCOLS {
        if matches!(protocol, Protocol::AwsQuery | Protocol::Ec2Query) {
            continue;
        }
        for suite in load(&format!("responses/{file}")) {
            for case in suite.cases.iter().filter(|case| case.result.is_some()) {
                if is_stream(&suite, case) {
                    continue;
                }
                count += 1;
                let listed = NEVER_READ.iter().any(|known| *known == (file, &*case.id));
                match (read(&suite, case, protocol), listed) {
                    (Ok(()), false) | (Err(_), true) => {}
                    (Ok(()), true) => wrong.push(format!("{file} {}: is read", case.id)),
                    (Err(why), false) => wrong.push(format!("{file} {}: {why}", case.id)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((count, NEVER_READ.len()), (313, 12), "cases, and cases never read");
}

/// Answers of events are shown in `events`.
pub fn is_stream(suite: &Suite, case: &Case) -> bool {
    let shapes = &suite.model.shapes;
    let output = case.given.output.as_ref().and_then(|reference| shapes.get(&reference.shape));
    let mut members = output.into_iter().flat_map(|shape| shape.members.values());
    members.any(|member| shapes.get(&member.shape).is_some_and(|shape| shape.eventstream))
}

fn answer(case: &Case) -> Result<&Answer, String> {
    case.response.as_ref().ok_or_else(|| "no answer".to_owned())
}

fn written(suite: &Suite, case: &Case, protocol: Protocol) -> Result<(), String> {
    let expected = answer(case)?;
    let operation = operation(suite, &case.given);
    let got = match (&case.result, &case.error) {
        (Some(result), _) => {
            let mut output = Dynamic::from_json(operation.output, result)?;
            encode(protocol, operation, &mut output, "foo-id")
        }
        (None, Some(error)) => error_answer(suite, case, protocol, error)?,
        (None, None) => return Err("neither result nor error".to_owned()),
    };
    if got.status != expected.status_code {
        return Err(format!("status {}, not {}", got.status, expected.status_code));
    }
    for (name, value) in &expected.headers {
        // The listener's, not the codec's.
        if ["x-amzn-requestid", "content-length"].contains(&&*name.to_ascii_lowercase()) {
            continue;
        }
        // Where a code stands is for the protocol to say; clients look in all places.
        if name.eq_ignore_ascii_case("x-amzn-errortype") {
            continue;
        }
        // An empty body has no type.
        if expected.body.is_empty() && name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        let sent = got.headers.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        if sent.map(|(_, value)| value) != Some(value) {
            return Err(format!("header {name}: {sent:?}, not {value}"));
        }
    }
    if let Some(code) = &case.error_code
        && !says_its_code(protocol, code, &got)
    {
        return Err(format!("its code is not {code}"));
    }
    same_body(protocol, &got, expected, case)
}

fn error_answer(
    suite: &Suite,
    case: &Case,
    protocol: Protocol,
    error: &Json,
) -> Result<Response, String> {
    let code = case.error_code.as_deref().ok_or("no code")?;
    let schemas = Schemas(&suite.model);
    let operation = operation(suite, &case.given);
    let schema = suite
        .model
        .shapes
        .iter()
        .filter(|(_, shape)| shape.exception)
        .map(|(name, _)| schemas.structure(Some(name)))
        .find(|schema| schema.error.is_some_and(|error| error.code == code));
    let mut members = error.clone();
    if let Some(members) = members.as_object_mut() {
        members.retain(|name, _| !name.eq_ignore_ascii_case("message"));
    }
    let detail = schema.map(|schema| Dynamic::from_json(schema, &members)).transpose()?;
    let traits = schema.and_then(|schema| schema.error);
    let answer = ErrorAnswer {
        code,
        status: answer(case)?.status_code,
        sender: traits.is_none_or(|traits| traits.sender),
        message: case.error_message.as_deref().unwrap_or_default(),
        detail: detail.as_ref().map(|detail| detail as &dyn Structure),
        extras: &[],
    };
    Ok(encode_error(protocol, operation.service, &answer, "foo-id"))
}

/// Whether the code is where the protocol has it.
fn says_its_code(protocol: Protocol, code: &str, got: &Response) -> bool {
    let ResponseBody::Whole(body) = &got.body else { return false };
    let text = String::from_utf8_lossy(body);
    match protocol {
        Protocol::RestJson => {
            got.headers.iter().any(|(name, value)| name == "x-amzn-ErrorType" && value == code)
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            text.starts_with(&format!("{{\"__type\":\"{code}\""))
        }
        Protocol::RpcV2Cbor => cbor(body)["__type"] == *code,
        _ => text.contains(&format!("<Code>{code}</Code>")),
    }
}

fn same_body(
    protocol: Protocol,
    got: &Response,
    expected: &Answer,
    case: &Case,
) -> Result<(), String> {
    let error = case.error.is_some();
    let ResponseBody::Whole(body) = &got.body else {
        // Streams are whole in these cases.
        return Ok(());
    };
    let text = String::from_utf8_lossy(body).into_owned();
    let json = |text: &str| serde_json::from_str::<Json>(text).ok();
    let same = match protocol {
        Protocol::RpcV2Cbor => {
            let wanted = STANDARD.decode(&expected.body).map_err(|error| error.to_string())?;
            let (got, wanted) = (cbor(body), cbor(&wanted));
            if !same_json(&plain(&got, error), &plain(&wanted, error)) {
                return Err(format!("wrote {got}, not {wanted}"));
            }
            true
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => {
            match (json(&text), json(&expected.body)) {
                (Some(got), Some(wanted)) => same_json(&plain(&got, error), &plain(&wanted, error)),
                // A body that is text; or none, where `{}` says as much.
                (got, _) => {
                    text == expected.body
                        || expected.body.is_empty()
                            && got.is_some_and(|got| {
                                plain(&got, error) == Json::Object(Default::default())
                            })
                }
            }
        }
        _ => match (xml(&text), xml(&expected.body)) {
            (Some(got), Some(wanted)) if error => inner(got, case) == inner(wanted, case),
            (Some(got), Some(wanted)) => {
                let (mut got, mut wanted) = (stripped(got), stripped(wanted));
                // The cases of the query protocols leave the service's namespace out of the model.
                if protocol != Protocol::RestXml {
                    wanted.attributes.remove("xmlns");
                }
                // The older cases name roots as no service does; clients do not look at them.
                if case.id.starts_with("legacy") {
                    got.name.clone_from(&wanted.name);
                }
                got == wanted
            }
            // Of some answers only the headers are stated.
            _ => text == expected.body || expected.body.is_empty(),
        },
    };
    if same { Ok(()) } else { Err(format!("wrote {text}, not {}", expected.body)) }
}

/// An error's members without its code, which every client finds where it looks for it.
fn plain(body: &Json, error: bool) -> Json {
    let mut body = body.clone();
    if let (true, Some(members)) = (error, body.as_object_mut()) {
        members.retain(|name, _| !matches!(name.as_str(), "__type" | "code" | "Code"));
        if let Some(message) = members.remove("Message") {
            members.insert("message".to_owned(), message);
        }
    }
    body
}

fn stripped(root: Element) -> Element {
    root.without(&["ResponseMetadata", "requestId", "RequestId", "RequestID"])
}

/// The element that holds code and message, wherever it stands.
fn inner(root: Element, case: &Case) -> Element {
    let root = stripped(root);
    let outer = root.child("Errors").unwrap_or(&root);
    let mut error = outer.child("Error").unwrap_or(outer).clone().without(&["Type"]);
    error.attributes.clear();
    error.name = "Error".to_owned();
    match case.error_message {
        Some(_) => error,
        None => error.without(&["Message"]),
    }
}

fn read(suite: &Suite, case: &Case, protocol: Protocol) -> Result<(), String> {
    let answer = answer(case)?;
    let operation = operation(suite, &case.given);
    let mut call = aquifer_schema::OperationSchema { input: operation.output, ..copy(operation) };
    call.output = operation.output;
    let call: &'static aquifer_schema::OperationSchema = crate::dynamic::leak(Box::new(call));
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let name = http::HeaderName::try_from(name).map_err(|error| error.to_string())?;
        headers.append(name, value.parse().map_err(|_| "a header's value")?);
    }
    let body = match protocol {
        Protocol::RpcV2Cbor => STANDARD.decode(&answer.body).map_err(|error| error.to_string())?,
        _ => answer.body.clone().into_bytes(),
    };
    let call = Call { protocol, operation: call, headers: &headers, query: &[], labels: &[] };
    let mut output = Dynamic::new(operation.output);
    decode(&call, Payload::Whole(body.into()), &mut output).map_err(|error| error.to_string())?;
    let result = case.result.as_ref().expect("filtered");
    let mut wanted = Dynamic::from_json(operation.output, result)?.take_json();
    let got = output.take_json();
    for member in operation.output.members {
        if member.location == aquifer_schema::Location::StatusCode {
            wanted.as_object_mut().map(|wanted| wanted.remove(member.name));
        }
    }
    if got == wanted { Ok(()) } else { Err(format!("read {got}, not {wanted}")) }
}

fn copy(operation: &aquifer_schema::OperationSchema) -> aquifer_schema::OperationSchema {
    aquifer_schema::OperationSchema {
        name: operation.name,
        method: operation.method,
        uri: operation.uri,
        status: operation.status,
        input: operation.input,
        output: operation.output,
        result_wrapper: operation.result_wrapper,
        input_name: operation.input_name,
        output_name: operation.output_name,
        unwrapped_output: operation.unwrapped_output,
        errors: operation.errors,
        read_only: operation.read_only,
        action: operation.action,
        actions_with: operation.actions_with,
        resources: operation.resources,
        conditions: operation.conditions,
        digest_required: operation.digest_required,
        rate: operation.rate,
        service: operation.service,
    }
}
