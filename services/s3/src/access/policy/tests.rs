//! Which policies a bucket takes, and which of them are public.

use super::*;

fn policy(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

#[test]
fn a_bucket_takes_policies_about_itself() {
    let about = |action: &str, resource: &str| {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"{resource}"}}"#
        );
        check(&policy(&statement), "lake").err().map(|fail| fail.message().to_owned())
    };
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::lake/*"),
        ("s3:GetObject", "arn:aws:s3:::lake*"),
        ("s3:ListBucket", "arn:aws:s3:::lake"),
        ("s3:*", "arn:aws:s3:::lake"),
        ("*", "arn:aws:s3:::lake/${aws:username}/*"),
    ] {
        assert_eq!(about(action, resource), None, "{action} {resource}");
    }
    let (resource, action, neither) = (
        "Policy has invalid resource",
        "Policy has invalid action",
        "Action does not apply to any resource(s) in statement",
    );
    for (given, on, sentence) in [
        ("s3:GetObject", "*", resource),
        ("s3:GetObject", "arn:aws:s3:::other/*", resource),
        ("s3:GetObject", "arn:aws:sqs:::lake", resource),
        ("s3:GetObject", "arn:aws:s3:us-east-1::lake", resource),
        ("s3:GetObject", "arn:aws:s3:::lakes/*", resource),
        ("s3:Fly", "arn:aws:s3:::lake", action),
        ("sqs:*", "arn:aws:s3:::lake", action),
        ("GetObject", "arn:aws:s3:::lake/*", action),
        ("s3:GetObject", "arn:aws:s3:::lake", neither),
        ("s3:ListBucket", "arn:aws:s3:::lake/*", neither),
    ] {
        assert_eq!(about(given, on).as_deref(), Some(sentence), "{given} {on}");
    }
}

#[test]
fn what_is_no_policy_is_told_in_s3s_words() {
    let told = |text: &str| check(text, "b").unwrap_err().message().to_owned();
    assert_eq!(told("[]"), NO_JSON);
    assert_eq!(told("{"), NO_JSON);
    assert_eq!(told(&policy("")), "Could not parse the policy: Statement is empty!");
    assert_eq!(told("{}"), "Missing required field Statement");
    assert_eq!(told(&policy("{}")), "Missing required field Effect");
    assert_eq!(
        told(&policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}"#)),
        "Missing required field Principal"
    );
    let principal = r#"{"Effect":"Allow","Principal":{"AWS":"ann"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}"#;
    assert_eq!(told(&policy(principal)), "Invalid principal in policy");
    let long = format!("{{{}", " ".repeat(POLICY_BYTES_MAX));
    assert_eq!(check(&long, "b").unwrap_err().code(), "PolicyTooLarge");
}

#[test]
fn what_anyone_may_is_public_unless_tied_to_someone() {
    let public = |principal: &str, condition: &str| {
        is_public(&policy(&format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{{{condition}}}}}"#
        )))
    };
    assert!(public(r#""*""#, "") && public(r#"{"AWS":["*"]}"#, ""));
    assert!(!public(r#"{"AWS":"000000000002"}"#, ""));
    assert!(!public(r#"{"Service":"logging.s3.amazonaws.com"}"#, ""));
    for (condition, expected) in [
        (r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#, false),
        (r#""IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]}"#, true),
        (r#""NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#, true),
        (r#""StringEquals":{"aws:SourceVpc":"vpc-1"}"#, false),
        (r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, true),
        (r#""StringEquals":{"aws:PrincipalTag/team":"x"}"#, true),
        (r#""StringLike":{"aws:userid":"AROAEXAMPLE:*"}"#, false),
        (r#""StringEquals":{"aws:PrincipalAccount":"${aws:username}"}"#, true),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:000000000002:*"}"#, false),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}"#, true),
        (r#""StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}"#, true),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, true),
    ] {
        assert_eq!(public(r#""*""#, condition), expected, "{condition}");
    }
    let denial = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}"#;
    assert!(!is_public(&policy(denial)));
}

#[test]
fn denials_are_what_is_left_without_grants() {
    let grant = r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}"#;
    let denial = grant.replace("Allow", "Deny");
    assert_eq!(denials(&policy(grant)), None);
    let left = denials(&policy(&format!("{grant},{denial}"))).unwrap();
    assert!(left.contains("Deny") && !left.contains("Allow") && left.contains("2012-10-17"));
}
