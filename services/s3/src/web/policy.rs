//! The policy of a form: what whoever signed it allows whoever posts it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::{Fail, Result, Timestamp};
use serde_json::Value;

/// Fields that a policy need not name.
const FREE: [&str; 5] = ["awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"];
const FREE_PREFIX: &str = "x-ignore-";

/// A policy as it was read.
#[derive(Debug)]
pub(super) struct Policy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
    /// How small and how large the file may be.
    pub length: Option<(u64, u64)>,
}

/// A condition on a field.
#[derive(Debug)]
struct Condition {
    exact: bool,
    /// As the policy writes it.
    field: String,
    value: String,
}

impl Policy {
    /// Reads a policy in base64.
    ///
    /// # Errors
    /// `InvalidPolicyDocument`.
    pub fn parse(text: &str) -> Result<Self> {
        // A browser may have broken the lines of a long value.
        let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(text).map_err(|_| invalid("Invalid JSON."))?;
        let document: Value =
            serde_json::from_slice(&bytes).map_err(|_| invalid("Invalid JSON."))?;
        let document = document.as_object().ok_or_else(|| invalid("Invalid JSON."))?;
        let expiration =
            document.get("expiration").ok_or_else(|| invalid("Policy missing expiration."))?;
        let expiration =
            expiration.as_str().and_then(Timestamp::parse_rfc3339).ok_or_else(|| {
                let text = expiration.as_str().map_or(expiration.to_string(), str::to_owned);
                invalid(&format!("Invalid 'expiration' value: '{text}'"))
            })?;
        let conditions =
            document.get("conditions").ok_or_else(|| invalid("Policy missing conditions."))?;
        let conditions =
            conditions.as_array().ok_or_else(|| invalid("Conditions must be a list."))?;
        let mut policy = Self { expiration, conditions: Vec::new(), length: None };
        for condition in conditions {
            policy.take(condition)?;
        }
        Ok(policy)
    }

    fn take(&mut self, condition: &Value) -> Result<()> {
        match condition {
            Value::Object(simple) => {
                let mut pairs = simple.iter();
                let (Some((field, value)), None) = (pairs.next(), pairs.next()) else {
                    return Err(invalid(
                        "Invalid Simple-Condition: Simple-Conditions must have exactly one \
                         property specified.",
                    ));
                };
                let value = value
                    .as_str()
                    .ok_or_else(|| invalid("Invalid Simple-Condition: value must be a string."))?;
                self.add(true, field, value);
            }
            Value::Array(parts) => {
                let operation = parts.first().and_then(Value::as_str).unwrap_or_default();
                let [_, first, second] = parts.as_slice() else {
                    return Err(invalid(&format!(
                        "Invalid Condition: {operation} must have exactly two arguments."
                    )));
                };
                match operation.to_ascii_lowercase().as_str() {
                    "content-length-range" => {
                        let range = number(first).zip(number(second));
                        let (least, most) = range.ok_or_else(|| {
                            invalid("Invalid content-length-range: arguments must be numbers.")
                        })?;
                        // Each of several has to be kept.
                        let (low, high) = self.length.unwrap_or((0, u64::MAX));
                        self.length = Some((low.max(least), high.min(most)));
                    }
                    operation @ ("eq" | "starts-with") => {
                        let field = first.as_str().and_then(|field| field.strip_prefix('$'));
                        let (Some(field), Some(value)) = (field, second.as_str()) else {
                            return Err(invalid(&format!(
                                "Invalid Condition: arguments of {operation} must be a field and \
                                 a string."
                            )));
                        };
                        self.add(operation == "eq", field, value);
                    }
                    _ => {
                        return Err(invalid(&format!(
                            "Invalid Condition: unknown operation '{operation}'."
                        )));
                    }
                }
            }
            _ => {
                return Err(invalid("Invalid Condition: a condition must be an object or a list."));
            }
        }
        Ok(())
    }

    fn add(&mut self, exact: bool, field: &str, value: &str) {
        self.conditions.push(Condition { exact, field: field.to_owned(), value: value.to_owned() });
    }

    /// Whether a form keeps to the policy. Names of fields are in lower case.
    ///
    /// # Errors
    /// `AccessDenied`, saying by what.
    pub fn check(&self, now: Timestamp, bucket: &str, fields: &[(String, String)]) -> Result<()> {
        if self.expiration < now {
            return Err(denied("Policy expired."));
        }
        let get = |name: &str| {
            let found = fields.iter().find(|(known, _)| known == name);
            // The form says its bucket by where it is posted to.
            found.map(|(_, value)| value.as_str()).or((name == "bucket").then_some(bucket))
        };
        for condition in &self.conditions {
            let name = condition.field.to_ascii_lowercase();
            if !get(&name).is_some_and(|value| condition.holds(&name, value)) {
                return Err(denied(&format!("Policy Condition failed: {}", condition.text())));
            }
        }
        let covered = |name: &str| {
            FREE.contains(&name)
                || name.starts_with(FREE_PREFIX)
                || self.conditions.iter().any(|known| known.field.eq_ignore_ascii_case(name))
        };
        let extra: Vec<&str> =
            fields.iter().map(|(name, _)| name.as_str()).filter(|name| !covered(name)).collect();
        if extra.is_empty() {
            return Ok(());
        }
        Err(denied(&format!("Extra input fields: {}", extra.join(", "))))
    }
}

impl Condition {
    fn holds(&self, name: &str, value: &str) -> bool {
        if self.exact {
            return value == self.value;
        }
        // A list of types has to begin so in each of them.
        if name == "content-type" {
            return value.split(',').all(|value| value.trim_start().starts_with(&self.value));
        }
        value.starts_with(&self.value)
    }

    /// As AWS writes it in its refusal.
    fn text(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let operation = if self.exact { "eq" } else { "starts-with" };
        format!(
            "[\"{operation}\", {}, {}]",
            quoted(&format!("${}", self.field)),
            quoted(&self.value)
        )
    }
}

/// Numbers are read as text too.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn invalid(what: &str) -> Fail {
    Fail::new("InvalidPolicyDocument", 400, format!("Invalid Policy: {what}"))
}

fn denied(what: &str) -> Fail {
    Fail::new("AccessDenied", 403, format!("Invalid according to Policy: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = "2030-01-01T12:00:00.000Z";

    fn policy(conditions: &str) -> Result<Policy> {
        let text = format!("{{\"expiration\": \"{END}\", \"conditions\": {conditions}}}");
        Policy::parse(&STANDARD.encode(text))
    }

    fn check(conditions: &str, fields: &[(&str, &str)]) -> String {
        let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let checked =
            policy(conditions).unwrap().check(Timestamp::from_secs(1_800_000_000), "b", &fields);
        checked.err().map_or(String::new(), |fail| {
            let sentence = fail.message().strip_prefix("Invalid according to Policy: ");
            sentence.unwrap_or_default().to_owned()
        })
    }

    #[test]
    fn every_field_is_covered_and_every_condition_kept() {
        let conditions = r#"[{"bucket": "b"}, ["starts-with", "$key", "a/"], {"ACL": "private"},
            ["starts-with", "$Content-Type", "image/"], ["eq", "$x-amz-meta-a", "1"]]"#;
        let fields = |key, kind, meta| {
            [("key", key), ("content-type", kind), ("acl", "private"), ("x-amz-meta-a", meta)]
        };
        assert_eq!(check(conditions, &fields("a/b", "image/png", "1")), "");
        assert_eq!(check(conditions, &fields("a/b", "image/png, image/gif", "1")), "");
        assert_eq!(
            check(conditions, &fields("b", "image/png", "1")),
            r#"Policy Condition failed: ["starts-with", "$key", "a/"]"#
        );
        assert_eq!(
            check(conditions, &fields("a/", "image/png,text/html", "1")),
            r#"Policy Condition failed: ["starts-with", "$Content-Type", "image/"]"#
        );
        assert_eq!(
            check(conditions, &fields("a/", "image/", "2")),
            r#"Policy Condition failed: ["eq", "$x-amz-meta-a", "1"]"#
        );
        assert_eq!(check("[]", &[("key", "k"), ("x-ignore-me", "")]), "Extra input fields: key");
        let absent = r#"[["starts-with", "$key", ""], ["starts-with", "$tagging", ""]]"#;
        assert_eq!(
            check(absent, &[("key", "k")]),
            r#"Policy Condition failed: ["starts-with", "$tagging", ""]"#
        );
        assert_eq!(
            check(r#"[{"bucket": "c"}]"#, &[]),
            r#"Policy Condition failed: ["eq", "$bucket", "c"]"#
        );
    }

    #[test]
    fn policies_end() {
        let end = Timestamp::parse_rfc3339(END).unwrap();
        let policy = policy("[]").unwrap();
        assert!(policy.check(end, "b", &[]).is_ok());
        let late = policy.check(end + std::time::Duration::from_secs(1), "b", &[]).unwrap_err();
        assert_eq!(late.message(), "Invalid according to Policy: Policy expired.");
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        assert_eq!(
            policy(r#"[["content-length-range", 1, "10"], ["content-length-range", 3, 20]]"#)
                .unwrap()
                .length,
            Some((3, 10))
        );
        for bad in [
            r#"[{"a": "b", "c": "d"}]"#,
            "[{}]",
            r#"[{"a": 1}]"#,
            r#"[["eq", "key", "a"]]"#,
            r#"[["eq", "$key"]]"#,
            r#"[["in", "$key", "a"]]"#,
            r#"[["content-length-range", "a", 1]]"#,
            "[1]",
            "{}",
        ] {
            assert_eq!(policy(bad).unwrap_err().code(), "InvalidPolicyDocument", "{bad}");
        }
        for bad in ["%", "e30=", "bm8=", "eyJleHBpcmF0aW9uIjoieCJ9"] {
            assert_eq!(Policy::parse(bad).unwrap_err().status(), 400, "{bad}");
        }
    }
}
