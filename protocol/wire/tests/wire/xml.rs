//! XML bodies: notations that say the same, and documents that are refused.

use aquifer_schema::Protocol;
use serde_json::{Value, json};

use crate::sample::body;

fn read(text: &str) -> Result<Value, String> {
    body(Protocol::RestXml, text.as_bytes())
}

#[test]
fn notations_that_say_the_same_are_read_alike() {
    for text in [
        "<Request><Str>a&lt;b&#x41;</Str></Request>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Request>\n  <Str>a&lt;b&#65;</Str>\n</Request>\n",
        "<Request xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Str>a&lt;bA</Str></Request>",
        "<s:Request xmlns:s=\"urn:s\"><s:Str>a&lt;bA</s:Str></s:Request>",
        "<Request><Str><![CDATA[a<bA]]></Str></Request>",
        "<Request><Str>a<![CDATA[<]]>b<!-- no text -->A</Str></Request>",
        "<Request><Unknown><Str>x</Str></Unknown><Str>a&lt;bA</Str><Unknown/></Request>",
    ] {
        assert_eq!(read(text), Ok(json!({"Str": "a<bA"})), "{text}");
    }
    assert_eq!(read("<Request><Str/></Request>"), Ok(json!({"Str": ""})));
    assert_eq!(read("<Request><Str>  two  </Str></Request>"), Ok(json!({"Str": "  two  "})));
    assert_eq!(
        read("<Request><Blob>\n  YWI=\n</Blob><Int> 5 </Int><Bool>true</Bool></Request>"),
        Ok(json!({"Blob": "ab", "Int": 5, "Bool": true}))
    );
}

#[test]
fn lists_and_maps_are_wrapped_or_flat() {
    assert_eq!(
        read(
            "<Request><Strings><member>a</member><other>x</other><member>b</member></Strings>\
             <Flat>c</Flat><Str>s</Str><Flat>d</Flat><Items/>\
             <Tags><entry><key>k</key><value>v</value></entry><entry><value>lost</value></entry></Tags>\
             <FlatMap><key>m</key><value>w</value></FlatMap></Request>"
        ),
        Ok(json!({
            "Strings": ["a", "b"], "Flat": ["c", "d"], "Str": "s", "Items": [],
            "Tags": {"k": "v"}, "FlatMap": {"m": "w"}
        }))
    );
    assert!(read("<Request><Tags><entry><key>k</key></entry></Tags></Request>").is_err());
}

#[test]
fn documents_that_are_not_well_formed_or_define_their_own_words_are_refused() {
    for text in [
        "<Request><Str>a</Request>",
        "<Request><Str>a</Str>",
        "<Request/><Request/>",
        "text",
        "<Request>&unknown;</Request>",
        "<Request>&#xZZ;</Request>",
        "<Request><Str a=1/></Request>",
        "<Request><Str a=\"1\" a=\"2\"/></Request>",
        "<!DOCTYPE Request [<!ENTITY a \"b\">]><Request><Str>&a;</Str></Request>",
        "<!DOCTYPE Request SYSTEM \"file:///etc/passwd\"><Request/>",
        "<Request><Int>five</Int></Request>",
        "<Request><Int/></Request>",
        "<Request><Double>inf</Double></Request>",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(body(Protocol::RestXml, b"<Request><Str>\xff</Str></Request>").is_err(), "not UTF-8");
}
