//! Policies of keys: what is one, and the one a key has when its maker gives none.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>

use aquifer_policy::{Document, DocumentKind};
use kms_api::error::malformed_policy_document_exception;
use platform::{Arn, Ctx, Result, Scope};

use crate::access;
use crate::find::Found;

/// The longest policy of a key, in bytes.
const BYTES_MAX: usize = 32_768;

/// A policy that a client gives a key, if it is one.
pub(crate) fn check(text: &str) -> Result<Document> {
    if text.len() > BYTES_MAX {
        return Err(kms_api::error::limit_exceeded_exception(format!(
            "A key policy has at most {BYTES_MAX} bytes."
        )));
    }
    Document::parse(text, DocumentKind::Resource)
        .map_err(|problem| malformed_policy_document_exception(problem.sentence()))
}

/// Refuses a policy under which the caller could not put another.
pub(crate) async fn check_lockout(ctx: &Ctx, found: &Found, text: &str) -> Result<()> {
    match access::lets_put_policy(ctx, found, text).await? {
        true => Ok(()),
        false => Err(malformed_policy_document_exception(
            "The new key policy will not allow you to update the key policy in the future.",
        )),
    }
}

/// Whether a policy can name a principal so.
pub(crate) fn is_principal(text: &str) -> bool {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{text}"}},"Action":"kms:*","Resource":"*"}}}}"#
    );
    Document::parse(&policy, DocumentKind::Resource).is_ok()
}

/// The account as a principal.
pub(crate) fn root_arn(scope: &Scope) -> Arn {
    Arn::global("iam", scope, "root")
}

/// Leaves it to the account's own policies who may do what with a key.
pub(crate) fn standard(scope: &Scope) -> String {
    let root = root_arn(scope);
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "{root}"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}
