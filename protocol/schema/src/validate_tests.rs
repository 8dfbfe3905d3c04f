//! The sentences are those AWS's services answer with, as clients' bug reports quote them.

use std::collections::BTreeMap;

use super::*;
use crate::{Bytes, Constraints, Location, Shape};

const fn schema(kind: Kind, constraints: Constraints) -> Schema {
    Schema {
        name: "Name",
        kind,
        members: &[],
        constraints,
        values: &[],
        flattened: false,
        payload: None,
        xml_name: None,
        xml_namespace: None,
        timestamp_format: None,
        sensitive: false,
        error: None,
    }
}

const fn member(name: &'static str, target: &'static Schema) -> Member {
    Member {
        name,
        wire: name,
        query_name: None,
        target,
        location: Location::Body,
        required: true,
        flattened: false,
        xml_attribute: false,
        xml_namespace: None,
        timestamp_format: None,
        stream: false,
        idempotency_token: false,
        event_header: false,
        event_payload: false,
    }
}

const fn length(min: i64, max: i64) -> Constraints {
    Constraints { min: Some(min), max: Some(max), pattern: None }
}

static NAME: Schema = schema(Kind::String, Constraints { pattern: Some("[a-z]*"), ..length(1, 3) });
static SECRET: Schema = Schema { sensitive: true, ..schema(Kind::String, length(1, 3)) };
static COLOUR: Schema =
    Schema { values: &["RED", "BLUE"], ..schema(Kind::Enum, Constraints::NONE) };
static BATCH: Schema =
    Schema { members: &[member("member", &NAME)], ..schema(Kind::List, length(1, 2)) };
static NAMES: Schema =
    Schema { members: &[member("member", &NAME)], ..schema(Kind::List, Constraints::NONE) };
static COLOURS: Schema =
    Schema { members: &[member("member", &COLOUR)], ..schema(Kind::List, Constraints::NONE) };
static TAGS: Schema = Schema {
    members: &[member("key", &NAME), member("value", &NAME)],
    ..schema(Kind::Map, Constraints::NONE)
};
static BATCHES: Schema = Schema {
    members: &[member("key", &COLOUR), member("value", &BATCH)],
    ..schema(Kind::Map, Constraints::NONE)
};
static WEIGHT: Schema = schema(Kind::Double, length(0, 1));

/// Follows a reader over one member.
fn sentence(member: &'static Member, read: impl FnOnce(&mut Validator)) -> String {
    let mut validator = Validator::default();
    validator.enter(member);
    read(&mut validator);
    validator.leave();
    validator.sentence().unwrap_or_default()
}

fn walked(schema: &'static Schema, value: &dyn Shape) -> String {
    sentence(Box::leak(Box::new(member("TagKeys", schema))), |validator| {
        validator.walk_value(schema, value.view());
    })
}

#[test]
fn each_rule_a_value_breaks_is_named() {
    static MEMBER: Member = member("SAMLOptions", &NAME);
    let report = sentence(&MEMBER, |validator| {
        validator.text(&NAME, "");
        validator.text(&NAME, "abcd");
        validator.text(&NAME, "A");
    });
    assert_eq!(
        report,
        "3 validation errors detected: Value '' at 'sAMLOptions' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; Value 'abcd' at 'sAMLOptions' failed \
         to satisfy constraint: Member must have length less than or equal to 3; Value 'A' at \
         'sAMLOptions' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [a-z]*"
    );
}

#[test]
fn an_absent_member_of_a_structure_in_a_list_is_null_at_its_place() {
    static FIELD: Member = member("FieldToMatch", &NAME);
    static STATEMENT: Schema = Schema {
        members: &[member("FieldToMatch", &NAME)],
        ..schema(Kind::Structure, Constraints::NONE)
    };
    static RULES: Member = member("Rules", &NAMES);
    let report = sentence(&RULES, |validator| {
        validator.enter_index(3);
        validator.structure(&STATEMENT, &Seen::default());
        validator.enter(&FIELD);
        validator.text(&NAME, "");
        validator.leave();
        validator.leave();
    });
    assert_eq!(
        report,
        "2 validation errors detected: Value null at 'rules.4.member.fieldToMatch' failed to \
         satisfy constraint: Member must not be null; Value '' at 'rules.4.member.fieldToMatch' \
         failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn elements_are_reported_of_their_list_with_all_they_must_satisfy() {
    let names = vec!["ok".to_owned(), String::new(), "toolong".to_owned()];
    assert_eq!(
        walked(&NAMES, &names),
        "1 validation error detected: Value '[ok, , toolong]' at 'tagKeys' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must have length less than or equal \
         to 3, Member must have length greater than or equal to 1, Member must satisfy regular \
         expression pattern: [a-z]*]"
    );
}

#[test]
fn elements_that_no_slot_holds_are_shown_as_they_came() {
    static MEMBER: Member = member("Colours", &COLOURS);
    let slots = vec!["RED".to_owned(); 3];
    let report = sentence(&MEMBER, |validator| {
        validator.enter_index(1);
        validator.not_in_enum(&COLOUR, "GREEN");
        validator.leave();
        validator.enter_index(2);
        validator.null_element();
        validator.leave();
        validator.list(&COLOURS, &slots);
    });
    assert_eq!(
        report,
        "2 validation errors detected: Value '[RED, GREEN, null]' at 'colours' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must satisfy enum value set: [RED, \
         BLUE]]; Value '[RED, GREEN, null]' at 'colours' failed to satisfy constraint: Member must \
         satisfy constraint: [Member must not be null]"
    );
}

#[test]
fn keys_and_values_are_reported_of_their_map() {
    let tags = BTreeMap::from([("K".to_owned(), "v".to_owned()), ("l".to_owned(), "W".to_owned())]);
    let rules = "[Member must have length less than or equal to 3, Member must have length \
                 greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]*]";
    assert_eq!(
        walked(&TAGS, &tags),
        format!(
            "2 validation errors detected: Value '{{K=v, l=W}}' at 'tagKeys' failed to satisfy \
             constraint: Map keys must satisfy constraint: {rules}; Value '{{K=v, l=W}}' at \
             'tagKeys' failed to satisfy constraint: Map value must satisfy constraint: {rules}"
        )
    );
    let batches = BTreeMap::from([("RED".to_owned(), Vec::<String>::new())]);
    assert_eq!(
        walked(&BATCHES, &batches),
        "1 validation error detected: Value '{RED=[]}' at 'tagKeys' failed to satisfy constraint: \
         Map value must satisfy constraint: [Member must have length less than or equal to 2, \
         Member must have length greater than or equal to 1]"
    );
    let batches = BTreeMap::from([("GREEN".to_owned(), vec!["a".to_owned()])]);
    assert_eq!(
        walked(&BATCHES, &batches),
        "1 validation error detected: Value '{GREEN=[a]}' at 'tagKeys' failed to satisfy \
         constraint: Map keys must satisfy constraint: [Member must satisfy enum value set: [RED, \
         BLUE]]"
    );
}

#[test]
fn lists_blobs_and_numbers_show_what_they_are() {
    assert_eq!(
        walked(&BATCH, &Vec::<String>::new()),
        "1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member \
         must have length greater than or equal to 1"
    );
    static DATA: Schema = schema(Kind::Blob, length(0, 2));
    assert_eq!(
        walked(&DATA, &Bytes::from_static(b"abc")),
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at \
         'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 2"
    );
    assert_eq!(
        walked(&WEIGHT, &1.5_f64),
        "1 validation error detected: Value '1.5' at 'tagKeys' failed to satisfy constraint: \
         Member must have value less than or equal to 1.0"
    );
}

#[test]
fn what_is_secret_is_not_shown() {
    assert_eq!(
        walked(&SECRET, &String::new()),
        "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must \
         have length greater than or equal to 1"
    );
}

#[test]
fn a_report_has_an_end() {
    let report = sentence(Box::leak(Box::new(member("Names", &NAMES))), |validator| {
        for index in 0..100_000 {
            validator.enter_index(index);
            validator.not_in_enum(&COLOUR, "GREEN");
            validator.text(&NAME, "TOO LONG");
            validator.leave();
        }
        validator.list(&NAMES, &vec!["x".repeat(100); 100_000]);
        for _ in 0..100 {
            validator.text(&NAME, &"Ä".repeat(5_000));
        }
    });
    assert!(report.len() < 40_000, "{}", report.len());
    assert!(report.starts_with("10 validation errors detected"));
}

#[test]
fn what_was_checked_before_is_not_checked_again() {
    let mut validator = Validator::unchecked();
    validator.enter_index(0);
    validator.text(&NAME, "TOO LONG");
    validator.not_in_enum(&COLOUR, "GREEN");
    validator.null_element();
    validator.leave();
    validator.structure(&BATCH, &Seen::default());
    assert_eq!(validator.sentence(), None);
}
