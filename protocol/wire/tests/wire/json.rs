//! JSON bodies: what is taken, what is refused, and in which words.

use aquifer_schema::Protocol;
use serde_json::{Value, json};

use crate::sample::body;

fn read(text: &str) -> Result<Value, String> {
    body(Protocol::AwsJson11, text.as_bytes())
}

#[track_caller]
fn reads(text: &str, value: Value) {
    assert_eq!(read(text), Ok(value), "{text}");
}

#[track_caller]
fn refuses(text: &str, why: &str) {
    let error = read(text).expect_err(text);
    assert!(error.contains(why), "{text}: {error}");
}

#[test]
fn what_a_model_does_not_know_is_passed_over() {
    reads(r#"{"New": {"deep": [1, {"x": null}]}, "Str": "s", "": 1}"#, json!({"Str": "s"}));
    reads("", json!({}));
    reads(" {} ", json!({}));
}

#[test]
fn null_is_absent_in_structures_and_refused_in_lists_and_maps() {
    reads(r#"{"Str": null, "Item": null, "Strings": null, "Int": null}"#, json!({}));
    reads(r#"{"Sparse": ["a", null]}"#, json!({"Sparse": ["a", null]}));
    reads(r#"{"Document": null}"#, json!({"Document": null}));
    refuses(
        r#"{"Strings": ["a", null]}"#,
        "Value '[a, null]' at 'strings' failed to satisfy constraint: Member must satisfy \
         constraint: [Member must not be null]",
    );
    refuses(
        r#"{"Tags": {"a": null}}"#,
        "Value '{a=null}' at 'tags' failed to satisfy constraint: Map value must satisfy \
         constraint: [Member must not be null]",
    );
    refuses(r#"{"Items": [null]}"#, "Value '[null]' at 'items'");
}

#[test]
fn a_member_given_twice_is_refused_and_a_key_given_twice_counts_once() {
    refuses(r#"{"Str": "a", "Str": "b"}"#, "Str is given twice");
    refuses(r#"{"Item": {"Name": "a", "Name": "b"}}"#, "Name is given twice");
    reads(r#"{"Tags": {"k": "a", "k": "b"}}"#, json!({"Tags": {"k": "b"}}));
    // Nothing was given the first time.
    reads(r#"{"Str": null, "Str": "b"}"#, json!({"Str": "b"}));
}

#[test]
fn numbers_have_the_range_of_their_type() {
    reads(r#"{"Long": 9223372036854775807}"#, json!({"Long": i64::MAX}));
    reads(r#"{"Long": -9223372036854775808}"#, json!({"Long": i64::MIN}));
    reads(r#"{"Int": 7.0, "Long": 1e3}"#, json!({"Int": 7, "Long": 1000}));
    reads(r#"{"Double": 1, "Float": 0.1}"#, json!({"Double": 1.0, "Float": 0.1_f32}));
    reads(
        r#"{"Double": "NaN", "Float": "-Infinity"}"#,
        json!({"Double": "NaN", "Float": "-Infinity"}),
    );
    for text in [
        r#"{"Long": 9223372036854775808}"#,
        r#"{"Int": 2147483648}"#,
        r#"{"Int": 1.5}"#,
        r#"{"Int": "1"}"#,
        r#"{"Int": true}"#,
        r#"{"Double": 1e999}"#,
        r#"{"Double": "inf"}"#,
        r#"{"Double": "1.5"}"#,
        r#"{"Int": 0x10}"#,
        r#"{"Int": 01}"#,
        r#"{"Int": NaN}"#,
    ] {
        refuses(text, "");
    }
    refuses(
        r#"{"Int": 1001}"#,
        "1 validation error detected: Value '1001' at 'int' failed to satisfy constraint: Member \
         must have value less than or equal to 1000",
    );
}

#[test]
fn types_are_not_guessed() {
    for text in [
        r#"{"Str": 1}"#,
        r#"{"Str": true}"#,
        r#"{"Str": ["a"]}"#,
        r#"{"Str": {}}"#,
        r#"{"Bool": "true"}"#,
        r#"{"Bool": 1}"#,
        r#"{"Strings": "a"}"#,
        r#"{"Strings": {"0": "a"}}"#,
        r#"{"Tags": []}"#,
        r#"{"Item": []}"#,
        r#"{"Item": "x"}"#,
        r#"[]"#,
        r#""text""#,
        "null",
        "{",
        "{}}",
        "{} {}",
        r#"{"Str": "a",}"#,
        r#"{'Str': 'a'}"#,
        "{\"Str\": \"\u{1}\"}",
        r#"{"Str": "\ud800"}"#,
    ] {
        refuses(text, "");
    }
    assert!(body(Protocol::AwsJson11, b"{\"Str\": \"\xff\"}").is_err(), "not UTF-8");
    reads(r#"{"Str": "\ud83d\ude39\u0000"}"#, json!({"Str": "😹\0"}));
}

#[test]
fn blobs_are_base64_of_the_one_alphabet() {
    reads(r#"{"Blob": "YWI="}"#, json!({"Blob": "ab"}));
    reads(r#"{"Blob": ""}"#, json!({"Blob": ""}));
    for text in ["YWI", "YW I=", "__--", "YWI==", "%"] {
        refuses(&format!(r#"{{"Blob": "{text}"}}"#), "");
    }
    refuses(
        &format!(r#"{{"Blob": "{}"}}"#, "AAAA".repeat(22)),
        "Value 'java.nio.HeapByteBuffer[pos=0 lim=66 cap=66]' at 'blob' failed to satisfy \
         constraint: Member must have length less than or equal to 64",
    );
}

#[test]
fn times_are_taken_in_every_form_and_written_in_one() {
    let at = json!(1_422_172_800.5);
    for text in ["1422172800.5", "\"1422172800.5\"", "\"2015-01-25T08:00:00.500Z\""] {
        reads(&format!(r#"{{"Time": {text}}}"#), json!({"Time": at}));
        reads(&format!(r#"{{"Date": {text}}}"#), json!({"Date": at}));
    }
    reads(r#"{"Date": "2015-01-25T09:00:00+01:00"}"#, json!({"Date": 1_422_172_800.0}));
    reads(r#"{"HttpDate": "Sun, 25 Jan 2015 08:00:00 GMT"}"#, json!({"HttpDate": 1_422_172_800.0}));
    reads(r#"{"Time": -1}"#, json!({"Time": -1.0}));
    for text in [
        "\"\"",
        "\"now\"",
        "\"2015-01-25\"",
        "1e300",
        "\"NaN\"",
        "true",
        "\"2015-13-01T00:00:00Z\"",
    ] {
        refuses(&format!(r#"{{"Time": {text}}}"#), "");
    }
}

#[test]
fn enumerations_and_required_members_are_reported_together() {
    assert_eq!(
        read(r#"{"Colour": "GREEN", "Colours": ["RED", "MAUVE"], "Items": [{"Size": 1}, {"Name": ""}]}"#),
        Err("4 validation errors detected: Value 'GREEN' at 'colour' failed to satisfy constraint: \
             Member must satisfy enum value set: [RED, BLUE]; Value '[RED, MAUVE]' at 'colours' \
             failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum \
             value set: [RED, BLUE]]; Value null at 'items.1.member.name' failed to satisfy \
             constraint: Member must not be null; Value '' at 'items.2.member.name' failed to \
             satisfy constraint: Member must have length greater than or equal to 1"
            .to_owned())
    );
}

#[test]
fn documents_are_any_json() {
    for value in [json!(1), json!("x"), json!([1, {"a": null}]), json!({"k": 1.5}), json!(u64::MAX)]
    {
        let text = json!({"Document": value}).to_string();
        reads(&text, json!({"Document": value}));
    }
}
