//! Forms of the query protocols.

use aquifer_schema::Protocol;
use serde_json::{Value, json};

use crate::sample::{Sent, named, read};

fn form(protocol: Protocol, query: &str) -> Result<Value, String> {
    let sent = Sent { query, ..Sent::default() };
    let input = read(protocol, named("Request"), &sent);
    input.map(|mut input| input.take_json()).map_err(|error| error.to_string())
}

#[track_caller]
fn reads(query: &str, value: Value) {
    assert_eq!(form(Protocol::AwsQuery, query), Ok(value), "{query}");
}

#[test]
fn lists_are_numbered_in_the_order_of_numbers() {
    reads(
        "Action=Try&Strings.member.10=c&Strings.member.2=b&Strings.member.1=a",
        json!({"Strings": ["a", "b", "c"]}),
    );
    reads("Strings.member.7=a", json!({"Strings": ["a"]}));
    reads("Strings=", json!({"Strings": []}));
    reads("Strings.member.x=a&Strings.member=b&Strings.member.=c", json!({"Strings": []}));
    reads("Flat.1=a&Flat.2=b", json!({"Flat": ["a", "b"]}));
    reads("Strings.member.1=a&Strings.member.1=b", json!({"Strings": ["b"]}));
}

#[test]
fn maps_and_structures_are_dotted() {
    reads(
        "Tags.entry.1.key=k&Tags.entry.1.value=v&Tags.entry.2.value=lost&FlatMap.1.key=m&FlatMap.1.value=w",
        json!({"Tags": {"k": "v"}, "FlatMap": {"m": "w"}}),
    );
    reads(
        "Items.member.1.Name=a&Items.member.1.Size=5&Items.member.2.Name=b&Item.Name=c",
        json!({"Items": [{"Name": "a", "Size": 5}, {"Name": "b"}], "Item": {"Name": "c"}}),
    );
    // Names that begin alike do not meet.
    reads("Item-x=1&Item.Name=c&Item=&Itemised.Name=d", json!({"Item": {"Name": "c"}}));
    reads(
        "Str=a%26b+c&Int=5&Bool=true&Time=2015-01-25T08%3A00%3A00Z&Time.x=1",
        json!({
            "Str": "a&b c", "Int": 5, "Bool": true, "Time": 1_422_172_800.0
        }),
    );
}

#[test]
fn constraints_are_named_by_path() {
    assert_eq!(
        form(Protocol::AwsQuery, "Items.member.1.Size=5&Colours.member.1=GREEN&Int=2000"),
        Err("3 validation errors detected: Value '[GREEN]' at 'colours' failed to satisfy \
             constraint: Member must satisfy constraint: [Member must satisfy enum value set: [RED, \
             BLUE]]; Value '2000' at 'int' failed to satisfy constraint: Member must have value \
             less than or equal to 1000; Value null at 'items.1.member.name' failed to satisfy \
             constraint: Member must not be null"
            .to_owned())
    );
    assert!(form(Protocol::AwsQuery, "Int=x").is_err());
}

#[test]
fn ec2_lists_are_flat_and_names_have_capitals() {
    assert_eq!(
        form(Protocol::Ec2Query, "Strings.1=a&Strings.2=b&Items.1.Name=n"),
        Ok(json!({"Strings": ["a", "b"], "Items": [{"Name": "n"}]}))
    );
}
