//! What grants of a list are worth: each permission as the actions it gives, written as a policy, so
//! that one judge weighs lists and policies alike.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use std::sync::Arc;

use platform::Arn;
use serde_json::{Value, json};

use super::acl::{Acl, Grantee, Permission};

/// What a list of grants is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Bucket,
    Object,
}

/// The name under which logs are delivered.
const LOG_DELIVERY: &str = "logging.s3.amazonaws.com";

const LISTING: [&str; 3] =
    ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
const WRITING: [&str; 3] = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];
const READING: [&str; 4] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAttributes",
    "s3:GetObjectVersionAttributes",
];

/// The actions that a permission gives.
fn actions(on: On, permission: Permission) -> Vec<&'static str> {
    match (on, permission) {
        (On::Bucket, Permission::Read) => LISTING.to_vec(),
        (On::Bucket, Permission::Write) => WRITING.to_vec(),
        (On::Bucket, Permission::ReadAcp) => vec!["s3:GetBucketAcl"],
        (On::Bucket, Permission::WriteAcp) => vec!["s3:PutBucketAcl"],
        (On::Object, Permission::Read) => READING.to_vec(),
        // An object cannot be written by part of its grants: the bucket's say who may.
        (On::Object, Permission::Write) => Vec::new(),
        (On::Object, Permission::ReadAcp) => vec!["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
        (On::Object, Permission::WriteAcp) => vec!["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
        (on, Permission::FullControl) => {
            use Permission::{Read, ReadAcp, Write, WriteAcp};
            [Read, Write, ReadAcp, WriteAcp].into_iter().flat_map(|one| actions(on, one)).collect()
        }
    }
}

/// A list as a policy of what it is attached to; none where it grants nothing. Grants to the public
/// may have to be passed over.
pub(crate) fn as_policy(acl: &Acl, on: On, arn: &Arn, ignore_public: bool) -> Option<Arc<str>> {
    let resources = match on {
        On::Bucket => vec![arn.to_string(), format!("{arn}/*")],
        // What is special in patterns is meant literally.
        On::Object => {
            vec![arn.as_str().replace('$', "${$}").replace('*', "${*}").replace('?', "${?}")]
        }
    };
    let statement = |grant: &super::acl::Grant| {
        let actions = actions(on, grant.permission);
        if actions.is_empty() || ignore_public && grant.to.is_public() {
            return None;
        }
        let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
        statement["Principal"] = match &grant.to {
            Grantee::User(id) => json!({"CanonicalUser": id}),
            Grantee::Everyone => json!("*"),
            Grantee::Authenticated => {
                statement["Condition"] =
                    json!({"StringNotEquals": {"aws:PrincipalType": "Anonymous"}});
                json!("*")
            }
            Grantee::LogDelivery => json!({"Service": LOG_DELIVERY}),
        };
        Some(statement)
    };
    let statements: Vec<Value> = acl.grants.iter().filter_map(statement).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    (!statements.is_empty()).then(|| policy.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::acl::Grant;

    #[test]
    fn a_list_is_a_policy_of_what_its_permissions_give() {
        let arn: Arn = "arn:aws:s3:::b/a*".parse().unwrap();
        let acl = Acl {
            grants: vec![
                Grant { to: Grantee::User("1f".into()), permission: Permission::ReadAcp },
                Grant { to: Grantee::Everyone, permission: Permission::Read },
            ],
        };
        let policy = |ignore| as_policy(&acl, On::Object, &arn, ignore).unwrap();
        let all: Value = serde_json::from_str(&policy(false)).unwrap();
        assert_eq!(all["Statement"][0]["Principal"]["CanonicalUser"], "1f");
        assert_eq!(all["Statement"][1]["Action"][0], "s3:GetObject");
        assert_eq!(all["Statement"][1]["Resource"][0], "arn:aws:s3:::b/a${*}");
        assert!(!policy(true).contains(r#""Principal":"*""#));
        let nothing = Acl { grants: acl.grants[1..].to_vec() };
        assert_eq!(as_policy(&nothing, On::Object, &arn, true), None);
    }
}
