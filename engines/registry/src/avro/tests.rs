//! Avro's resolution rules, one by one.

use crate::{Format, Schema};

fn schema(text: &str) -> Schema {
    Schema::parse(Format::Avro, text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#)
}

#[test]
fn primitives_widen_one_way() {
    let promotions = [
        ("long", "int"),
        ("float", "int"),
        ("double", "int"),
        ("float", "long"),
        ("double", "long"),
        ("double", "float"),
        ("string", "bytes"),
        ("bytes", "string"),
    ];
    let all = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
    for reader in all {
        for writer in all {
            let want = reader == writer || promotions.contains(&(reader, writer));
            let (a, b) = (schema(&format!("\"{reader}\"")), schema(&format!("\"{writer}\"")));
            assert_eq!(a.reads(&b).is_ok(), want, "{reader} reads {writer}");
        }
    }
}

#[test]
fn complex_types_are_read_part_by_part() {
    let reads = |reader: &str, writer: &str| schema(reader).reads(&schema(writer)).is_ok();
    let array = |item: &str| format!(r#"{{"type":"array","items":"{item}"}}"#);
    let map = |item: &str| format!(r#"{{"type":"map","values":"{item}"}}"#);
    assert!(reads(&array("long"), &array("int")) && !reads(&array("int"), &array("long")));
    assert!(reads(&map("long"), &map("int")) && !reads(&map("int"), &array("int")));
    // A union reads what one of its branches does; all branches of a writer must be read.
    assert!(reads(r#"["null","string"]"#, r#""string""#));
    assert!(!reads(r#""string""#, r#"["null","string"]"#));
    assert!(reads(r#"["null","double"]"#, r#"["int","null"]"#));
    assert!(!reads(r#"["null","int"]"#, r#"["null","string"]"#));
    // Enumerations, unless there is a default.
    let symbols = |list: &str, more: &str| {
        format!(r#"{{"type":"enum","name":"e","symbols":[{list}]{more}}}"#)
    };
    assert!(reads(&symbols(r#""A","B""#, ""), &symbols(r#""A""#, "")));
    assert!(!reads(&symbols(r#""A""#, ""), &symbols(r#""A","B""#, "")));
    assert!(reads(&symbols(r#""A""#, r#","default":"A""#), &symbols(r#""A","B""#, "")));
    let fixed =
        |name: &str, size: u8| format!(r#"{{"type":"fixed","name":"{name}","size":{size}}}"#);
    assert!(reads(&fixed("f", 8), &fixed("f", 8)) && !reads(&fixed("f", 8), &fixed("f", 16)));
    assert!(!reads(&fixed("f", 8), &fixed("g", 8)));
    let decimal = |scale: u8| {
        format!(r#"{{"type":"bytes","logicalType":"decimal","precision":9,"scale":{scale}}}"#)
    };
    assert!(reads(&decimal(2), &decimal(2)) && !reads(&decimal(2), &decimal(3)));
    assert!(reads(r#""bytes""#, &decimal(3)));
}

#[test]
fn fields_go_by_name_alias_and_default() {
    let reads = |reader: &str, writer: &str| {
        schema(&record(reader)).reads(&schema(&record(writer))).is_ok()
    };
    let (a, b) = (r#"{"name":"a","type":"int"}"#, r#"{"name":"b","type":"int"}"#);
    let both = format!("{a},{b}");
    assert!(reads(a, &both) && !reads(&both, a));
    assert!(reads(&format!(r#"{a},{{"name":"b","type":"int","default":1}}"#), a));
    assert!(reads(r#"{"name":"c","type":"long","aliases":["a"]}"#, a));
    assert!(!reads(r#"{"name":"c","type":"long"}"#, a));
    let why = schema(&record(&both)).reads(&schema(&record(a))).unwrap_err().to_string();
    assert!(why.contains("/fields/b"), "{why}");
}

#[test]
fn names_match_without_their_namespaces_and_by_aliases() {
    let named = |name: &str, more: &str| {
        schema(&format!(r#"{{"type":"record","name":"{name}"{more},"fields":[]}}"#))
    };
    assert!(named("a.r", "").reads(&named("b.r", "")).is_ok());
    assert!(named("s", "").reads(&named("r", "")).is_err());
    assert!(named("x.s", r#","aliases":["r"]"#).reads(&named("x.r", "")).is_ok());
}

#[test]
fn types_that_hold_themselves_are_read() {
    let list = |ty: &str| {
        let next = r#"{"name":"next","type":["null","node"],"default":null}"#;
        let fields = format!(r#"{{"name":"v","type":"{ty}"}},{next}"#);
        schema(&format!(r#"{{"type":"record","name":"node","fields":[{fields}]}}"#))
    };
    assert!(list("long").reads(&list("int")).is_ok());
    assert!(list("int").reads(&list("long")).is_err());
}

#[test]
fn what_is_no_schema_is_told() {
    for (text, why) in [
        ("{", "not valid JSON"),
        (r#""colour""#, "Undefined name"),
        (r#"{"name":"r"}"#, "No type"),
        (r#"{"type":"record","name":"r"}"#, "\"fields\" is missing"),
        (r#"{"type":"record","name":"1r","fields":[]}"#, "Illegal name"),
        (r#"{"type":"record","name":"int","fields":[]}"#, "named after primitives"),
        (r#"["int","int"]"#, "Duplicate in union"),
        (r#"[["int"]]"#, "another union"),
        (r#"{"type":"enum","name":"e","symbols":["A","A"]}"#, "Duplicate enum symbol"),
        (r#"{"type":"enum","name":"e","symbols":["A"],"default":"B"}"#, "not in the enum symbols"),
        (r#"{"type":"fixed","name":"f","size":-1}"#, "size"),
    ] {
        let told = Schema::parse(Format::Avro, text).unwrap_err().to_string();
        assert!(told.contains(why), "{text}: {told}");
    }
    let twice = r#"{"name":"a","type":"int"},{"name":"a","type":"int"}"#;
    assert!(Schema::parse(Format::Avro, &record(twice)).is_err());
    let bad = r#"{"name":"a","type":["null","int"],"default":1}"#;
    let told = Schema::parse(Format::Avro, &record(bad)).unwrap_err().to_string();
    assert!(told.contains("Invalid default"), "{told}");
    // Types may be used before their fields are all read, but not before they are named.
    let own =
        r#"{"name":"a","type":{"type":"fixed","name":"x.f","size":2}},{"name":"b","type":"x.f"}"#;
    schema(&record(own));
}

#[test]
fn blanks_and_order_mean_nothing() {
    let (a, b) = (r#"{"type": "array", "items":"int"}"#, r#"{"items":"int","type":"array"}"#);
    assert_eq!(schema(a).canonical(), schema(b).canonical());
}
