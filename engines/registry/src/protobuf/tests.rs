//! Protocol Buffers: what is a file of them, and which reads which.

use crate::{Format, Schema};

fn schema(body: &str) -> Schema {
    let text = format!("syntax = \"proto3\";\n{body}");
    Schema::parse(Format::Protobuf, &text).unwrap_or_else(|why| panic!("{body}: {why}"))
}

fn reads(reader: &str, writer: &str) -> bool {
    let message = |fields: &str| schema(&format!("message M {{ {fields} }}"));
    message(reader).reads(&message(writer)).is_ok()
}

#[test]
fn fields_go_by_number_and_lie_alike() {
    assert!(reads("int32 a = 1; string b = 2;", "int32 a = 1;"));
    assert!(reads("int32 a = 1;", "int32 a = 1; string b = 2;"));
    assert!(reads("int64 renamed = 1;", "int32 a = 1;"));
    assert!(reads("bytes a = 1;", "string a = 1;"));
    assert!(!reads("string a = 1;", "int32 a = 1;"));
    assert!(!reads("sint32 a = 1;", "int32 a = 1;"));
    assert!(!reads("repeated int32 a = 1;", "int32 a = 1;"));
    assert!(reads("repeated string a = 1;", "string a = 1;"));
    assert!(reads("map<string, int64> a = 1;", "map<string, int32> a = 1;"));
    assert!(!reads("map<string, string> a = 1;", "map<string, int32> a = 1;"));
    assert!(!reads("oneof x { int32 a = 1; int32 b = 2; }", "int32 a = 1; int32 b = 2;"));
    assert!(reads("oneof x { int32 a = 1; int32 b = 2; }", "int32 a = 1;"));
}

#[test]
fn what_is_required_must_be_written() {
    let older = |fields: &str| {
        let text = format!("syntax = \"proto2\"; message M {{ {fields} }}");
        Schema::parse(Format::Protobuf, &text).unwrap()
    };
    let (needs, may, none) = (
        older("required int32 a = 1;"),
        older("optional int32 a = 1;"),
        older("optional int32 z = 9;"),
    );
    assert!(may.reads(&needs).is_ok() && none.reads(&needs).is_ok());
    assert!(needs.reads(&may).is_err() && needs.reads(&none).is_err());
}

#[test]
fn messages_and_methods_may_come_but_not_go() {
    let one = schema("message A { int32 a = 1; }");
    let two = schema("message A { int32 a = 1; B b = 2; message C { A up = 1; } } message B {}");
    assert!(two.reads(&one).is_ok() && one.reads(&two).is_err());
    let plain = schema("message A {} service S { rpc Get (A) returns (A); }");
    let streams = schema("message A {} service S { rpc Get (A) returns (stream A) {} }");
    assert!(plain.reads(&streams).is_err() && plain.reads(&plain).is_ok());
}

#[test]
fn a_file_with_everything_is_read() {
    schema(
        r#"
        package shop.v1;  // comments
        import "google/protobuf/timestamp.proto";
        option java_package = "shop";
        /* of any
           kind */
        message Order {
          option deprecated = true;
          reserved 5, 7 to 9;
          reserved "old";
          string id = 1 [deprecated = true];
          google.protobuf.Timestamp at = 2;
          repeated Line lines = 3;
          enum Kind { option allow_alias = true; PLAIN = 0; SIMPLE = 0; GIFT = 1; }
          Kind kind = 4;
          optional int32 weight = 6;
          message Line { .shop.v1.Order.Kind kind = 1; }
        }
        "#,
    );
}

#[test]
fn what_is_no_file_is_told() {
    for (body, why) in [
        ("message M { int32 a = 1; int32 b = 1; }", "already been used"),
        ("message M { int32 a = 1; int32 a = 2; }", "already defined"),
        ("message M { int32 a = 0; }", "out of range"),
        ("message M { int32 a = 19000; }", "out of range"),
        ("message M { Absent a = 1; }", "is not defined"),
        ("message M { reserved 1; int32 a = 1; }", "reserved number"),
        ("message M { required int32 a = 1; }", "not allowed in proto3"),
        ("message M { int32 a = 1 }", "Expected \";\""),
        ("message M { int32 a = 1;", "Expected identifier|end of input"),
        ("enum E { A = 1; } message M {}", "must be zero"),
        ("extend M { int32 a = 1; }", "not supported"),
        ("import \"other.proto\"; message M {}", "was not found"),
        ("message M {} message M {}", "already defined"),
        ("", "no message"),
        ("colour M {}", "top-level"),
    ] {
        let text = format!("syntax = \"proto3\"; {body}");
        let told = Schema::parse(Format::Protobuf, &text).unwrap_err().to_string();
        assert!(why.split('|').any(|why| told.contains(why)), "{body}: {told}");
    }
    let nothing = Schema::parse(Format::Protobuf, "message M { int32 a = 1; }").unwrap_err();
    assert!(nothing.to_string().contains("required"), "proto2 wants labels: {nothing}");
}
