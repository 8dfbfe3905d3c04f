//! Headers, queries, labels and payloads of the rest protocols.

use aquifer_schema::Protocol;
use aquifer_wire::{ResponseBody, encode};
use serde_json::{Value, json};

use crate::dynamic::Dynamic;
use crate::sample::{Sent, named, read};

fn bound(sent: &Sent<'_>) -> Result<Value, String> {
    let input = read(Protocol::RestJson, named("Bound"), sent);
    input.map(|mut input| input.take_json()).map_err(|error| error.to_string())
}

#[test]
fn headers_are_read_alone_in_lists_and_by_prefix() {
    let sent = Sent {
        headers: &[
            ("x-names", "a, \"b, c\""),
            ("x-names", "\"d\\\"\",  e"),
            ("x-dates", "Sun, 25 Jan 2015 08:00:00 GMT, Mon, 26 Jan 2015 08:00:00 GMT"),
            ("x-count", " 7 "),
            ("if-since", "Sun, 25 Jan 2015 08:00:00 GMT"),
            ("X-Meta-Owner", "me"),
            ("x-meta-", "no name"),
            ("x-other", "ignored"),
        ],
        ..Sent::default()
    };
    assert_eq!(
        bound(&sent),
        Ok(json!({
            "Names": ["a", "b, c", "d\"", "e"],
            "Dates": [1_422_172_800.0, 1_422_259_200.0],
            "Count": 7,
            "Since": 1_422_172_800.0,
            "Meta": {"owner": "me", "": "no name"},
        }))
    );
    // An empty header of a number says nothing.
    assert_eq!(bound(&Sent { headers: &[("x-count", "")], ..Sent::default() }), Ok(json!({})));
    assert!(bound(&Sent { headers: &[("x-count", "many")], ..Sent::default() }).is_err());
    let unknown = Sent { headers: &[("x-colours", "RED, GREEN")], ..Sent::default() };
    let error = bound(&unknown).expect_err("no such colour");
    assert!(error.contains("Value '[RED, GREEN]' at 'colours'"), "{error}");
}

#[test]
fn queries_and_labels_are_decoded() {
    let sent = Sent {
        query: "word=a%20b&word=c+d&word=&page=2&page=3&day=2015-01-25T08%3A00%3A00Z&flag",
        labels: &[("Key", "a/b c".to_owned())],
        ..Sent::default()
    };
    assert_eq!(
        bound(&sent),
        Ok(json!({
            "Words": ["a b", "c d", ""],
            "Page": 2,
            "Days": [1_422_172_800.0],
            "Key": "a/b c",
        }))
    );
    assert_eq!(bound(&Sent { query: "page=", ..Sent::default() }), Ok(json!({})));
    assert!(bound(&Sent { query: "page=x", ..Sent::default() }).is_err());
}

#[test]
fn payloads_have_the_root_the_model_names() {
    let read_xml = |body: &str| {
        let sent = Sent { body: body.as_bytes(), ..Sent::default() };
        let input = read(Protocol::RestXml, named("Bound"), &sent);
        input.map(|mut input| input.take_json()).map_err(|error| error.to_string())
    };
    for root in ["Thing", "Item"] {
        assert_eq!(
            read_xml(&format!("<{root}><Name>n</Name></{root}>")),
            Ok(json!({"Body": {"Name": "n"}}))
        );
    }
    assert_eq!(
        read_xml("<Other><Name>n</Name></Other>"),
        Err("the root element is Other, expected Thing".to_owned())
    );
    assert_eq!(read_xml(""), Ok(json!({})));
    let error = read_xml("<Thing/>").expect_err("no name");
    assert!(error.contains("Value null at 'body.name'"), "{error}");
    let json = Sent { body: br#"{"Name": "n"}"#, ..Sent::default() };
    assert_eq!(bound(&json), Ok(json!({"Body": {"Name": "n"}})));
}

#[test]
fn a_payload_of_bytes_keeps_the_type_its_output_names() {
    for (json, kind) in [
        (json!({"Data": "x"}), "application/octet-stream"),
        (json!({"Data": "x", "Type": "image/png"}), "image/png"),
    ] {
        let operation = named("Upload");
        let mut output = Dynamic::from_json(operation.output, &json).expect("an output");
        let answer = encode(Protocol::RestXml, operation, &mut output, "id");
        assert_eq!(answer.headers, [("Content-Type".to_owned(), kind.to_owned())]);
        assert!(matches!(answer.body, ResponseBody::Whole(body) if body == "x"));
    }
}
