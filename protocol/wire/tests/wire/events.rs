//! Events as frames: the public cases, and the event that comes before them in rpc protocols.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use aquifer_schema::{Kind, Protocol, Schema};
use aquifer_wire::{Frame, HeaderValue, ResponseBody, encode, encode_event};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use futures::Stream;

use crate::cases::{PROTOCOLS, load, operation};
use crate::documents::xml;
use crate::dynamic::Dynamic;
use crate::responses::is_stream;

fn frames(bytes: &[u8]) -> Vec<Frame> {
    let mut buffer = BytesMut::from(bytes);
    std::iter::from_fn(|| Frame::decode(&mut buffer).expect("frames")).collect()
}

/// Headers in no order; the payload as what it says.
fn said(frame: &Frame, xml_payload: bool) -> (BTreeMap<String, String>, String) {
    let headers =
        frame.headers.iter().map(|(name, value)| (name.clone(), format!("{value:?}"))).collect();
    let text = String::from_utf8_lossy(&frame.payload).into_owned();
    let is_xml = frame.text(":content-type") == Some("text/xml");
    match (is_xml && xml_payload, serde_json::from_str::<serde_json::Value>(&text)) {
        (true, _) => {
            let root = xml(&text).expect("a document");
            (headers, format!("{:?}", root.children))
        }
        (_, Ok(json)) => (headers, json.to_string()),
        _ => (headers, text),
    }
}

#[test]
fn events_are_framed_as_in_the_public_cases() {
    let mut count = 0;
    for (file, protocol) in PROTOCOLS {
        let xml_payload = protocol == Protocol::RestXml;
        for suite in load(&format!("responses/{file}")) {
            for case in suite.cases.iter().filter(|case| is_stream(&suite, case)) {
                count += 1;
                let output = operation(&suite, &case.given).output;
                let stream = output
                    .members
                    .iter()
                    .find(|member| member.target.kind == Kind::EventStream)
                    .expect("a stream");
                // The union behind the stream.
                let schema: &'static Schema = crate::dynamic::leak(Box::new(Schema {
                    kind: Kind::Union,
                    name: stream.target.name,
                    members: stream.target.members,
                    constraints: stream.target.constraints,
                    values: &[],
                    flattened: false,
                    payload: None,
                    xml_name: None,
                    xml_namespace: None,
                    timestamp_format: None,
                    sensitive: false,
                    error: None,
                }));
                let result = case.result.as_ref().expect("a result");
                let events = result[stream.name].as_array().expect("events");
                let mut wrote = Vec::new();
                for event in events {
                    let event = Dynamic::from_json(schema, event).expect("an event");
                    let bytes = encode_event(&event, xml_payload).expect("a member is set");
                    wrote.extend(frames(&bytes));
                }
                let body = case.response.as_ref().expect("an answer").body.as_bytes();
                let wanted: Vec<Frame> = frames(&STANDARD.decode(body).expect("base64"))
                    .into_iter()
                    .filter(|frame| frame.text(":event-type") != Some("initial-response"))
                    .collect();
                // Old cases leave out the type of some payloads.
                let plain = |frame: &Frame| {
                    let (mut headers, payload) = said(frame, xml_payload);
                    headers.remove(":content-type");
                    (headers, payload)
                };
                assert_eq!(
                    wrote.iter().map(plain).collect::<Vec<_>>(),
                    wanted.iter().map(plain).collect::<Vec<_>>(),
                    "{file} {}",
                    case.id
                );
            }
        }
    }
    assert_eq!(count, 4);
}

#[test]
fn what_an_output_holds_beside_its_events_comes_before_them() {
    let suites = load("responses/aws-json-1.1");
    let (suite, case) = suites
        .iter()
        .flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)))
        .find(|(suite, case)| is_stream(suite, case))
        .expect("a case with events");
    let operation = operation(suite, &case.given);
    let json = serde_json::json!({ "InitialResponse": "hello" });
    let mut output = Dynamic::from_json(operation.output, &json).expect("an output");
    let answer = encode(Protocol::AwsJson11, operation, &mut output, "id");
    assert_eq!(
        answer.headers,
        [("Content-Type".to_owned(), "application/vnd.amazon.eventstream".to_owned())]
    );
    let ResponseBody::Events(mut events) = answer.body else { panic!("events") };
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(event))) = Pin::new(&mut events).poll_next(&mut context) else {
        panic!("an event at once");
    };
    assert!(matches!(Pin::new(&mut events).poll_next(&mut context), Poll::Ready(None)));
    let frame = &frames(&encode_event(&*event, false).expect("a frame"))[0];
    assert_eq!(frame.text(":event-type"), Some("initial-response"));
    assert_eq!(frame.text(":content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!(frame.payload, r#"{"InitialResponse":"hello"}"#);
    assert!(frame.headers.iter().all(|(_, value)| matches!(value, HeaderValue::Text(_))));
}
