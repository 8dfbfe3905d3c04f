//! Which documents are policies, and what is said of those that are not.

use proptest::prelude::*;

use crate::{Document, DocumentKind, PolicyErrorKind as Kind, quota_len};

fn identity(text: &str) -> Result<Document, crate::PolicyError> {
    Document::parse(text, DocumentKind::Identity)
}

/// An identity policy of one statement with these members.
fn statement(members: &str) -> Result<Document, crate::PolicyError> {
    identity(&format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#))
}

const GOOD: &str = r#""Effect":"Allow","Action":"s3:Get*","Resource":"*""#;

#[test]
fn accepts_single_values_and_lists_everywhere() {
    let single = r#"{"Version":"2012-10-17","Id":"x","Statement":
        {"Sid":"A1","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b",
         "Condition":{"StringEquals":{"s3:prefix":"x"},"Bool":{"aws:SecureTransport":true},
                      "NumericLessThan":{"s3:max-keys":10},"StringLike":{}}}}"#;
    let lists = r#"{"Version":"2012-10-17","Id":"x","Statement":[
        {"Sid":"A1","Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::b"],
         "Condition":{"StringEquals":{"s3:prefix":["x"]},"Bool":{"aws:SecureTransport":["true"]},
                      "NumericLessThan":{"s3:max-keys":["10"]}}}]}"#;
    assert_eq!(identity(single).unwrap(), identity(lists).unwrap());
}

#[test]
fn each_fault_has_its_kind_place_and_sentence() {
    let syntax = "Syntax errors in policy.";
    let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    for (text, location, sentence) in [
        ("", "", syntax),
        ("[]", "", syntax),
        ("{}", "Version", "Policy document must be version 2012-10-17 or greater."),
        (
            r#"{"Version":"2008-10-17","Statement":[]}"#,
            "Version",
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (r#"{"Version":"2012-10-18","Statement":[]}"#, "Version", syntax),
        (r#"{"Version":"2012-10-17"}"#, "", syntax),
        (r#"{"Version":"2012-10-17","Statement":[]}"#, "Statement", syntax),
        (r#"{"Version":"2012-10-17","Statement":["x"]}"#, "Statement[0]", syntax),
        (r#"{"Version":"2012-10-17","statement":[]}"#, "", syntax),
    ] {
        let error = identity(text).unwrap_err();
        assert_eq!((error.location.as_str(), error.sentence().as_str()), (location, sentence));
    }
    for (members, location, sentence) in [
        (r#""Action":"s3:*","Resource":"*""#, "Statement[0]", syntax),
        (r#""Effect":"allow","Action":"s3:*","Resource":"*""#, "Statement[0].Effect", syntax),
        (
            r#""Effect":"Allow","Resource":"*""#,
            "Statement[0]",
            "Policy statement must contain actions.",
        ),
        (
            r#""Effect":"Allow","Action":[],"Resource":"*""#,
            "Statement[0]",
            "Policy statement must contain actions.",
        ),
        (
            r#""Effect":"Allow","Action":"s3:*""#,
            "Statement[0]",
            "Policy statement must contain resources.",
        ),
        (
            r#""Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*""#,
            "Statement[0]",
            syntax,
        ),
        (
            r#""Effect":"Allow","Action":"a:b","Resource":"*","NotResource":"*""#,
            "Statement[0]",
            syntax,
        ),
        (r#""Effect":"Allow","Action":"GetObject","Resource":"*""#, "Statement[0]", vendor),
        (
            r#""Effect":"Allow","Action":"s 3:x","Resource":"*""#,
            "Statement[0]",
            "Vendor s 3 is not valid",
        ),
        (r#""Effect":"Allow","Action":1,"Resource":"*""#, "Statement[0].Action", syntax),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"bucket""#,
            "Statement[0]",
            "Resource bucket must be in ARN format or \"*\".",
        ),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"arn:azure:s3:::b""#,
            "Statement[0]",
            "Partition \"azure\" is not valid for resource \"arn:azure:s3:::b\".",
        ),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*""#,
            "Statement[0]",
            "Policy document should not specify a principal.",
        ),
        (
            r#""Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*""#,
            "Statement[0].Sid",
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the \
          regular expression [0-9A-Za-z]*",
        ),
    ] {
        let error = statement(members).unwrap_err();
        assert_eq!((error.location.as_str(), error.sentence().as_str()), (location, sentence));
    }
    for (condition, location, sentence) in [
        (r#"{"StringSort":{"a:b":"c"}}"#, "Statement[0].Condition", syntax),
        (r#"{"StringEquals":{"key":"c"}}"#, "Statement[0].Condition.StringEquals", vendor),
        (r#"{"StringEquals":"c"}"#, "Statement[0].Condition.StringEquals", syntax),
        (r#"{"StringEquals":{"a:b":null}}"#, "Statement[0].Condition.StringEquals.a:b", syntax),
        (
            r#"{"DateLessThan":{"a:b":"soon"}}"#,
            "Statement[0].Condition.DateLessThan",
            "The policy failed legacy parsing",
        ),
    ] {
        let error = statement(&format!("{GOOD},\"Condition\":{condition}")).unwrap_err();
        assert_eq!((error.location.as_str(), error.sentence().as_str()), (location, sentence));
    }
}

#[test]
fn statement_ids_are_unique_and_members_too() {
    let two = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"a",{GOOD}}},{{"Sid":"a",{GOOD}}}]}}"#
    );
    assert_eq!(identity(&two).unwrap_err().kind, Kind::RepeatedSid("a".into()));
    let twice = statement(&format!("{GOOD},\"Effect\":\"Deny\"")).unwrap_err();
    assert!(matches!(twice.kind, Kind::Json { line: 1, .. }), "{twice}");
}

#[test]
fn resource_and_trust_policies_have_rules_of_their_own() {
    let parse = |members: &str, kind| {
        Document::parse(&format!(r#"{{"Statement":[{{"Effect":"Allow",{members}}}]}}"#), kind)
    };
    let bucket = r#""Principal":"*","Action":"s3:*","Resource":"b/*""#;
    assert!(parse(bucket, DocumentKind::Resource).is_ok());
    assert_eq!(parse(bucket, DocumentKind::Trust).unwrap_err().kind, Kind::ResourceForbidden);
    let trust = r#""Principal":{"Service":["a.example.com"]},"Action":"sts:AssumeRole""#;
    assert!(parse(trust, DocumentKind::Trust).is_ok());
    assert_eq!(parse(trust, DocumentKind::Resource).unwrap_err().kind, Kind::NoResources);
    let nobody = r#""Action":"s3:*","Resource":"*""#;
    assert_eq!(
        parse(nobody, DocumentKind::Resource).unwrap_err().kind,
        Kind::MissingElement("Principal")
    );
    for (principal, value) in [
        (r#""arn:aws:iam::111122223333:root""#, "arn:aws:iam::111122223333:root"),
        (r#"{"AWS":"12345"}"#, "12345"),
        (r#"{"AWS":"arn:aws:iam::111122223333:user/*"}"#, "arn:aws:iam::111122223333:user/*"),
        (r#"{"Service":"lambda"}"#, "lambda"),
        (r#"{"Google":"x"}"#, "x"),
        (r#"{"AWS":""}"#, ""),
    ] {
        let error =
            parse(&format!(r#""Principal":{principal},"Action":"s3:*""#), DocumentKind::Trust)
                .unwrap_err();
        assert!(
            matches!(&error.kind, Kind::InvalidPrincipal { value: found, .. } if found == value),
            "{error}"
        );
    }
    for principal in [
        r#"{"AWS":["111122223333","arn:aws:iam::111122223333:role/path/x","AIDAABCDEFGHIJKLMNOP"]}"#,
        r#"{"Federated":"accounts.google.com"}"#,
        r#"{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#,
    ] {
        let members = format!(r#""Principal":{principal},"Action":"sts:*""#);
        assert!(parse(&members, DocumentKind::Trust).is_ok(), "{principal}");
    }
}

#[test]
fn size_is_bounded_and_quotas_count_without_blanks() {
    let long = " ".repeat(crate::DOCUMENT_LEN_MAX + 1);
    assert!(matches!(identity(&long).unwrap_err().kind, Kind::TooLong { .. }));
    assert!(identity(&"[".repeat(100_000)).is_err());
    assert_eq!(quota_len("{ \"a\" :\n\t1 }"), 7);
}

#[test]
fn context_keys_are_listed() {
    let document = identity(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",
            "Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/*",
            "Condition":{"StringLike":{"s3:prefix":"${aws:username}/*"}}}}"#,
    )
    .unwrap();
    assert_eq!(document.context_keys(), ["aws:principaltag/team", "aws:username", "s3:prefix"]);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(
        text in "\\PC{0,80}",
        value in prop_oneof![
            Just("null".to_owned()), Just("{}".to_owned()), Just("[[]]".to_owned()),
            Just("\"${\"".to_owned()), Just("1.5".to_owned()), Just("{\"AWS\":{}}".to_owned()),
        ],
        element in prop_oneof![
            Just("Sid"), Just("Effect"), Just("Principal"), Just("NotAction"), Just("Resource"),
            Just("Condition"), Just("Other"),
        ],
    ) {
        for kind in [DocumentKind::Identity, DocumentKind::Resource, DocumentKind::Trust] {
            let _ = Document::parse(&text, kind);
            let _ = Document::parse(
                &format!(r#"{{"Version":"2012-10-17","Statement":[{{"{element}":{value}}}]}}"#),
                kind,
            );
        }
    }
}
