//! JSON Schema: what is one, and what passes which.

use crate::{Format, Schema};

fn schema(text: &str) -> Schema {
    Schema::parse(Format::Json, text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn reads(reader: &str, writer: &str) -> bool {
    schema(reader).reads(&schema(writer)).is_ok()
}

#[test]
fn keywords_tighten_and_loosen() {
    // The first lets pass all that the second does, and not the other way round.
    for (wide, narrow) in [
        ("{}", r#"{"type":"string"}"#),
        ("true", "false"),
        (r#"{"type":"number"}"#, r#"{"type":"integer"}"#),
        (r#"{"type":["string","null"]}"#, r#"{"type":"string"}"#),
        (r#"{"type":"string"}"#, r#"{"type":"string","maxLength":5}"#),
        (r#"{"type":"string","minLength":1}"#, r#"{"type":"string","minLength":2}"#),
        (r#"{"type":"string"}"#, r#"{"type":"string","pattern":"^a"}"#),
        (r#"{"type":"string"}"#, r#"{"enum":["a","b"]}"#),
        (r#"{"enum":["a","b","c"]}"#, r#"{"enum":["a","b"]}"#),
        (r#"{"enum":["a","b"]}"#, r#"{"const":"a"}"#),
        (r#"{"type":"number","minimum":0}"#, r#"{"type":"number","minimum":1}"#),
        (r#"{"type":"number","minimum":0}"#, r#"{"type":"number","exclusiveMinimum":0}"#),
        (r#"{"type":"integer","multipleOf":2}"#, r#"{"type":"integer","multipleOf":4}"#),
        (
            r#"{"type":"array","items":{"type":"number"}}"#,
            r#"{"type":"array","items":{"type":"integer"}}"#,
        ),
        (r#"{"type":"array"}"#, r#"{"type":"array","uniqueItems":true,"maxItems":3}"#),
        (r#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, r#"{"type":"integer"}"#),
        (
            r#"{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#,
            r#"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#,
        ),
    ] {
        assert!(reads(wide, narrow), "{wide} reads {narrow}");
        assert!(!reads(narrow, wide), "{narrow} does not read {wide}");
    }
}

#[test]
fn properties_come_and_go_by_the_content_model() {
    let object = |properties: &str, more: &str| {
        format!(r#"{{"type":"object","properties":{{{properties}}}{more}}}"#)
    };
    let (a, b) = (r#""a":{"type":"integer"}"#, r#""b":{"type":"string"}"#);
    let both = format!("{a},{b}");
    let closed = r#","additionalProperties":false"#;
    // Closed: optional properties may be added, none removed.
    assert!(reads(&object(&both, closed), &object(a, closed)));
    assert!(!reads(&object(a, closed), &object(&both, closed)));
    // Open: they may be removed, and what is added was anything before.
    assert!(reads(&object(a, ""), &object(&both, "")));
    assert!(!reads(&object(&both, ""), &object(a, "")));
    // What is required must have been.
    let needs = |names: &str| format!(r#"{closed},"required":[{names}]"#);
    assert!(!reads(&object(&both, &needs(r#""b""#)), &object(a, closed)));
    assert!(reads(&object(a, closed), &object(a, &needs(r#""a""#))));
    // Patterns name properties too.
    let patterned = r#"{"type":"object","patternProperties":{"^x_":{"type":"integer"}},"additionalProperties":false}"#;
    let named = object(r#""x_1":{"type":"integer"}"#, closed);
    assert!(reads(patterned, &named) && !reads(&named, patterned));
}

#[test]
fn references_are_followed() {
    let tree = |ty: &str| {
        format!(
            r##"{{"definitions":{{"node":{{"type":"object","properties":{{"v":{{"type":"{ty}"}},
            "next":{{"$ref":"#/definitions/node"}}}}}}}},"$ref":"#/definitions/node"}}"##
        )
    };
    assert!(reads(&tree("number"), &tree("integer")));
    assert!(!reads(&tree("integer"), &tree("number")));
}

#[test]
fn what_is_no_schema_is_told() {
    for text in [
        "{",
        "3",
        r#"{"type":"colour"}"#,
        r#"{"minLength":-1}"#,
        r#"{"required":true}"#,
        r##"{"$ref":"#/definitions/absent"}"##,
        r#"{"enum":[]}"#,
        r#"{"properties":[]}"#,
        r#"{"pattern":"("}"#,
        r#"{"$schema":"http://json-schema.org/draft-03/schema#"}"#,
        r#"{"anyOf":[]}"#,
        r#"{"properties":{"a":{"type":"x"}}}"#,
        r#"{"multipleOf":0}"#,
    ] {
        assert!(Schema::parse(Format::Json, text).is_err(), "{text}");
    }
    schema(r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}"#);
}
