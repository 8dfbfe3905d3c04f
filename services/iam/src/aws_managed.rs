//! AWS's own managed policies, as far as those who work with data attach them. The same for every
//! account, read-only, and complete with this build: `data/aws_managed.json` lists them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use platform::{Arn, Scope, Timestamp};
use serde::Deserialize;

/// A policy of AWS.
pub(crate) struct AwsPolicy {
    pub name: String,
    pub path: String,
    pub id: String,
    pub description: String,
    pub created: Timestamp,
    pub document: String,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    path: String,
    description: String,
    created: String,
    /// The policy's statements, as in its document.
    statements: serde_json::Value,
}

/// By name in lower case.
static POLICIES: LazyLock<BTreeMap<String, AwsPolicy>> = LazyLock::new(|| {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("../data/aws_managed.json"))
        .expect("the table is part of the build and tested");
    entries.into_iter().map(Entry::into_policy).collect()
});

impl Entry {
    fn into_policy(self) -> (String, AwsPolicy) {
        let document = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": self.statements,
        });
        let policy = AwsPolicy {
            id: id_of(&self.name),
            created: Timestamp::parse_rfc3339(&self.created).unwrap_or_default(),
            document: serde_json::to_string_pretty(&document).unwrap_or_default(),
            name: self.name,
            path: self.path,
            description: self.description,
        };
        (policy.name.to_ascii_lowercase(), policy)
    }
}

impl AwsPolicy {
    /// Its ARN, in the scope's partition.
    pub fn arn(&self, scope: &Scope) -> Arn {
        let resource = format!("policy{}{}", self.path, self.name);
        Arn::from_parts(scope.partition().as_str(), "iam", "", "aws", &resource)
            .expect("names of the table hold no colon and are short")
    }
}

/// The policy of a path and name.
pub(crate) fn find(path: &str, name: &str) -> Option<&'static AwsPolicy> {
    let policy = POLICIES.get(&name.to_ascii_lowercase())?;
    (policy.path == path && policy.name == name).then_some(policy)
}

/// All, by name.
pub(crate) fn all() -> impl Iterator<Item = &'static AwsPolicy> {
    POLICIES.values()
}

/// An id that is the same in every house. AWS's own ids are not published as a table.
fn id_of(name: &str) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    // FNV-1a, turned on once for each digit.
    let mut hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let digits = (0..17).map(|_| {
        hash = hash.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        char::from(DIGITS[(hash >> 59) as usize])
    });
    "ANPA".chars().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use aquifer_policy::{Document, DocumentKind};

    use super::*;

    #[test]
    fn every_policy_of_the_table_is_one() {
        assert!(POLICIES.len() >= 20);
        let mut ids: Vec<&str> = all().map(|policy| policy.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), POLICIES.len());
        for policy in all() {
            let parsed = Document::parse(&policy.document, DocumentKind::Identity);
            assert!(parsed.is_ok(), "{}: {:?}", policy.name, parsed.err());
            assert!(policy.path.starts_with('/') && policy.path.ends_with('/'), "{}", policy.name);
            assert!(policy.created.as_secs() > 0, "{}", policy.name);
            assert_eq!(policy.id.len(), 21);
        }
    }

    #[test]
    fn policies_are_found_by_path_and_name() {
        let scope = Scope::default();
        let found = find("/service-role/", "AWSGlueServiceRole").unwrap();
        let arn = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole";
        assert_eq!(found.arn(&scope).as_str(), arn);
        assert!(find("/", "AWSGlueServiceRole").is_none());
    }
}
