//! CBOR bodies: every notation of a value, and what has none here.

use aquifer_schema::Protocol;
use serde_json::{Value, json};

use crate::sample::body;

/// `a1` and a key, before a value.
fn read(name: &str, value: &[u8]) -> Result<Value, String> {
    let mut bytes = vec![0xa1, 0x60 | name.len() as u8];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(value);
    let mut all = body(Protocol::RpcV2Cbor, &bytes)?;
    Ok(all[name].take())
}

#[test]
fn every_notation_of_a_value_is_read() {
    for (name, bytes, value) in [
        ("Int", &b"\x05"[..], json!(5)),
        ("Int", b"\x39\x01\xf3", json!(-500)),
        ("Int", b"\x1b\0\0\0\0\0\0\0\x05", json!(5)),
        ("Long", b"\x1b\x7f\xff\xff\xff\xff\xff\xff\xff", json!(i64::MAX)),
        ("Long", b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", json!(i64::MIN)),
        ("Double", b"\xf9\x3e\x00", json!(1.5)),
        ("Double", b"\xfa\x3f\xc0\x00\x00", json!(1.5)),
        ("Double", b"\xfb\x3f\xf8\0\0\0\0\0\0", json!(1.5)),
        ("Double", b"\x03", json!(3.0)),
        ("Double", b"\xf9\xfc\x00", json!("-Infinity")),
        ("Float", b"\xf9\x7e\x00", json!("NaN")),
        ("Bool", b"\xf5", json!(true)),
        ("Str", b"\x7f\x61a\x62bc\xff", json!("abc")),
        ("Blob", b"\x5f\x41a\x42bc\xff", json!("abc")),
        ("Blob", b"\x43abc", json!("abc")),
        ("Strings", b"\x9f\x61a\x7f\x61b\xff\xff", json!(["a", "b"])),
        ("Strings", b"\x82\x61a\x61b", json!(["a", "b"])),
        ("Strings", b"\x80", json!([])),
        ("Tags", b"\xbf\x61k\x61v\xff", json!({"k": "v"})),
        ("Item", b"\xa2\x64Name\x61n\x64Gone\x9f\xc1\x01\xff", json!({"Name": "n"})),
        ("Time", b"\xc1\x01", json!(1.0)),
        ("Time", b"\xc1\xfb\x3f\xf8\0\0\0\0\0\0", json!(1.5)),
        ("Time", b"\xc1\xf9\x3e\x00", json!(1.5)),
        ("Time", b"\xc4\x82\x22\x19\x05\xdc", json!(1.5)),
        ("Time", b"\x01", json!(1.0)),
        ("Str", b"\xf6", Value::Null),
        ("Str", b"\xf7", Value::Null),
        ("Sparse", b"\x82\xf6\x61a", json!([null, "a"])),
        // A tag that says nothing about the value.
        ("Str", b"\xd9\xd9\xf7\x61a", json!("a")),
    ] {
        assert_eq!(read(name, bytes), Ok(value), "{name} {bytes:x?}");
    }
}

#[test]
fn what_is_no_value_of_the_type_is_refused() {
    for (name, bytes) in [
        ("Long", &b"\x1b\x80\0\0\0\0\0\0\0"[..]),
        ("Long", b"\x3b\x80\0\0\0\0\0\0\0"),
        ("Long", b"\xc2\x41\x01"),
        ("Long", b"\xf9\x3c\x00"),
        ("Int", b"\x1a\x80\0\0\0"),
        ("Str", b"\x41a"),
        ("Str", b"\x01"),
        ("Str", b"\x62\xff\xff"),
        ("Blob", b"\x61a"),
        ("Bool", b"\x01"),
        ("Strings", b"\xa0"),
        ("Strings", b"\x61a"),
        ("Item", b"\x80"),
        ("Tags", b"\xa1\x01\x61v"),
        ("Time", b"\xc1\x61a"),
        ("Time", b"\xc1\xf6"),
        ("Time", b"\xc1\xf9\x7e\x00"),
        ("Time", b"\xc4\x81\x01"),
        ("Time", b"\xc4\x83\x01\x01\x01"),
        ("Time", b"\xc4\x82\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\x01"),
        ("Time", b"\xc4\x82\x18\x40\x01"),
        ("Str", b"\xc1\x61a"),
        ("Str", b"\xff"),
        ("Str", b"\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\x61a"),
        ("Strings", b"\x81"),
        ("Strings", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("Strings", b"\x81\xf6"),
        ("Tags", b"\xa1\x61k\xf6"),
    ] {
        assert!(read(name, bytes).is_err(), "{name} {bytes:x?}");
    }
    for bytes in
        [&b"\x80"[..], b"\xa0\x00", b"\xa1\x01\x01", b"\xbf", b"\xa2\x63Str\x61a\x63Str\x61b"]
    {
        assert!(body(Protocol::RpcV2Cbor, bytes).is_err(), "{bytes:x?}");
    }
}
