//! Policies of buckets: what is one, what of it is public, what of it denies.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>

use std::sync::Arc;

use aquifer_policy::{Document, DocumentKind, PolicyError, PolicyErrorKind, Wildcard};
use platform::{Fail, Result};
use serde_json::{Map, Value};

use super::actions;
use super::grants::On;

/// A policy's length in bytes.
const POLICY_BYTES_MAX: usize = 20_480;

/// A statement that one of these keys ties to a fixed value is not public, whoever it lets in.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
const FIXING_KEYS: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Networks wider than this are anyone's.
const PREFIX_BITS_MIN: u8 = 8;

/// Refuses what is no policy of this bucket, with AWS's sentence.
pub(crate) fn check(text: &str, bucket: &str) -> Result<()> {
    check_for(text, &|resource| about_bucket(resource, bucket))
}

/// Refuses what is no policy; the resources it names are what `about` says.
pub(crate) fn check_for(text: &str, about: &dyn Fn(&str) -> Vec<On>) -> Result<()> {
    if text.len() > POLICY_BYTES_MAX {
        let message = "Policy exceeds the maximum allowed document size.";
        return Err(Fail::new("PolicyTooLarge", 400, message));
    }
    if !text.starts_with('{') {
        return Err(malformed(NO_JSON));
    }
    Document::parse(text, DocumentKind::Resource).map_err(|error| malformed(sentence(&error)))?;
    for statement in statements(text) {
        check_statement(&statement, about)?;
    }
    Ok(())
}

const NO_JSON: &str = "Policies must be valid JSON and the first byte must be '{'";

fn malformed(message: impl Into<String>) -> Fail {
    Fail::new("MalformedPolicy", 400, message)
}

/// What is wrong, in S3's words.
fn sentence(error: &PolicyError) -> String {
    use PolicyErrorKind as Kind;
    match &error.kind {
        Kind::Json { .. } => NO_JSON.into(),
        Kind::MissingElement("Statement") if error.location == "Statement" => {
            "Could not parse the policy: Statement is empty!".into()
        }
        Kind::MissingElement(element) => format!("Missing required field {element}"),
        Kind::NoActions => "Missing required field Action".into(),
        Kind::NoResources => "Missing required field Resource".into(),
        Kind::UnknownElement(element) => format!("Unknown field {element}"),
        Kind::UnknownVersion(_) => "The policy must contain a valid version string".into(),
        Kind::UnknownEffect(effect) => format!("Invalid effect: {effect}"),
        Kind::ActionWithoutVendor(_) | Kind::InvalidVendor(_) => "Policy has invalid action".into(),
        Kind::KeyWithoutVendor(_) => "Policy has an invalid condition key".into(),
        Kind::InvalidPrincipal { .. } => "Invalid principal in policy".into(),
        Kind::UnknownOperator(operator) => format!("Invalid Condition type : {operator}"),
        Kind::RepeatedSid(_) => error.sentence(),
        _ => "Invalid policy syntax.".into(),
    }
}

/// Actions must be S3's, resources the bucket's, and each action must be about one of the resources.
fn check_statement(statement: &Map<String, Value>, about: &dyn Fn(&str) -> Vec<On>) -> Result<()> {
    let mut concerned = Vec::new();
    for resource in texts(statement.get("Resource")).chain(texts(statement.get("NotResource"))) {
        let found = about(resource);
        if found.is_empty() {
            return Err(malformed("Policy has invalid resource"));
        }
        concerned.extend(found);
    }
    for action in texts(statement.get("Action")).chain(texts(statement.get("NotAction"))) {
        let found = actions::about(action);
        if found.is_empty() {
            return Err(malformed("Policy has invalid action"));
        }
        let named = statement.contains_key("Action") && statement.contains_key("Resource");
        if named && !found.iter().any(|on| concerned.contains(on)) {
            return Err(malformed("Action does not apply to any resource(s) in statement"));
        }
    }
    Ok(())
}

/// What of a bucket a resource means: the bucket, its objects, both, or nothing of it.
fn about_bucket(resource: &str, bucket: &str) -> Vec<On> {
    // Region and account are empty in the names of buckets.
    let mut parts = resource.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(5).collect();
    let (["arn", partition, "s3", "", ""], Some(named)) = (head.as_slice(), parts.next()) else {
        return Vec::new();
    };
    if !partition.starts_with("aws") {
        return Vec::new();
    }
    let (name, has_key) = match named.split_once('/') {
        Some((name, _)) => (name, true),
        None => (named, false),
    };
    if !Wildcard::new(name).matches(bucket) {
        return Vec::new();
    }
    match has_key {
        true => vec![On::Object],
        // A star goes on over the slash.
        false if name.ends_with('*') => vec![On::Bucket, On::Object],
        false => vec![On::Bucket],
    }
}

/// Whether it lets anyone in whom it does not tell apart.
pub(crate) fn is_public(text: &str) -> bool {
    statements(text).iter().any(|statement| {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        allows && lets_anyone(statement) && !is_tied(statement)
    })
}

fn lets_anyone(statement: &Map<String, Value>) -> bool {
    if statement.contains_key("NotPrincipal") {
        return true;
    }
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => texts(kinds.get("AWS")).any(|principal| principal == "*"),
        Some(principal) => principal == "*",
        None => false,
    }
}

/// Whether some condition lets through fixed values only.
fn is_tied(statement: &Map<String, Value>) -> bool {
    let Some(Value::Object(conditions)) = statement.get("Condition") else { return false };
    conditions.iter().any(|(operator, keys)| {
        let bare = operator.rsplit(':').next().unwrap_or(operator);
        let ties = [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ArnEquals",
            "ArnLike",
            "IpAddress",
        ];
        let Value::Object(keys) = keys else { return false };
        // Conditions that hold of what is not there tie nothing.
        let ties = ties.contains(&bare) && !operator.starts_with("ForAllValues");
        ties && keys.iter().any(|(key, values)| {
            let key = key.to_ascii_lowercase();
            let mut values = texts(Some(values)).peekable();
            FIXING_KEYS.contains(&key.as_str())
                && values.peek().is_some()
                && values.all(|value| is_fixed(&key, bare, value))
        })
    })
}

fn is_fixed(key: &str, operator: &str, value: &str) -> bool {
    if operator == "IpAddress" {
        let bits = value.split_once('/').map(|(_, bits)| bits.parse::<u8>());
        return bits.is_none_or(|bits| bits.is_ok_and(|bits| bits >= PREFIX_BITS_MIN));
    }
    if value.contains("${") {
        return false;
    }
    match key {
        // Sessions of one role are told apart by what follows its id.
        "aws:userid" => !value.trim_end_matches(":*").contains(['*', '?']),
        // One account's is one account's, whatever its resource.
        "aws:sourcearn" | "aws:principalarn" | "s3:dataaccesspointarn" => value
            .split(':')
            .nth(4)
            .is_some_and(|account| !account.is_empty() && !account.contains(['*', '?'])),
        _ => !matches!(operator, "StringLike" | "ArnLike") || !value.contains(['*', '?']),
    }
}

/// What of a policy denies; none where nothing does.
pub(crate) fn denials(text: &str) -> Option<Arc<str>> {
    let denying: Vec<Value> = statements(text)
        .into_iter()
        .filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Deny"))
        .map(Value::Object)
        .collect();
    let mut policy: Value = serde_json::from_str(text).ok()?;
    let there = !denying.is_empty();
    *policy.get_mut("Statement")? = Value::Array(denying);
    there.then(|| policy.to_string().into())
}

fn statements(text: &str) -> Vec<Map<String, Value>> {
    let mut policy: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = match policy.get_mut("Statement").map(Value::take) {
        Some(Value::Array(many)) => many,
        one => one.into_iter().collect(),
    };
    let object = |statement| match statement {
        Value::Object(members) => Some(members),
        _ => None,
    };
    statements.into_iter().filter_map(object).collect()
}

/// One text or many.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let many = match value {
        Some(Value::Array(many)) => many.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    many.iter().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
