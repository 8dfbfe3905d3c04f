//! Managed policies: those of the account, which are rows with versions, and those of AWS, which
//! are facts of this build.

use aquifer_policy::{DocumentKind, quota_len};
use iam_api::PolicyVersion;
use platform::{Arn, ReadTx, Result, Scope, StoreError};

use crate::aws_managed::{self, AwsPolicy};
use crate::documents::{check, encoded};
use crate::model::{Policy, Version, api_tags};
use crate::{error, store};

/// Characters other than white space a managed policy may have.
const DOCUMENT_LENGTH_MAX: usize = 6_144;

/// A managed policy, whoever owns it.
pub(crate) enum Managed {
    Own(Box<Policy>),
    Aws(&'static AwsPolicy),
}

impl Managed {
    /// The policy of an ARN: of the transaction's account, or of AWS.
    pub fn find(tx: &ReadTx<'_>, arn: &str) -> Result<Option<Self>, StoreError> {
        let Some((path, name)) = path_and_name(arn) else { return Ok(None) };
        let policy = match aws_managed::find(path, name) {
            Some(policy) => Some(Self::Aws(policy)),
            None => store::POLICIES.get(tx, &store::key(name))?.map(Box::new).map(Self::Own),
        };
        Ok(policy.filter(|policy| policy.arn(tx.scope()).as_str() == arn))
    }

    pub fn arn(&self, scope: &Scope) -> Arn {
        match self {
            Self::Own(policy) => policy.arn(scope),
            Self::Aws(policy) => policy.arn(scope),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Own(policy) => &policy.name,
            Self::Aws(policy) => &policy.name,
        }
    }

    pub fn path(&self) -> &str {
        match self {
            Self::Own(policy) => &policy.path,
            Self::Aws(policy) => &policy.path,
        }
    }

    /// The text of the version in force.
    pub fn document(&self, tx: &ReadTx<'_>) -> Result<String, StoreError> {
        match self {
            Self::Aws(policy) => Ok(policy.document.clone()),
            Self::Own(policy) => {
                let key = (store::key(&policy.name), policy.default_version);
                let version = store::VERSIONS.get(tx, &key)?;
                Ok(version.map(|version| version.document).unwrap_or_default())
            }
        }
    }

    /// As lists show it, with how often it is used in the account.
    pub fn summary(&self, tx: &ReadTx<'_>) -> Result<iam_api::Policy, StoreError> {
        let arn = self.arn(tx.scope()).to_string();
        let uses = store::attachments(tx, &arn)?;
        let boundaries = uses.iter().filter(|(_, _, as_boundary)| *as_boundary).count();
        let base = iam_api::Policy {
            attachment_count: Some((uses.len() - boundaries) as i32),
            permissions_boundary_usage_count: Some(boundaries as i32),
            arn: Some(arn),
            is_attachable: Some(true),
            policy_name: Some(self.name().to_owned()),
            ..iam_api::Policy::default()
        };
        Ok(match self {
            Self::Own(policy) => iam_api::Policy {
                create_date: Some(policy.created),
                default_version_id: Some(version_id(policy.default_version)),
                path: Some(policy.path.clone()),
                policy_id: Some(policy.id.clone()),
                update_date: Some(policy.updated),
                ..base
            },
            Self::Aws(policy) => iam_api::Policy {
                create_date: Some(policy.created),
                default_version_id: Some(version_id(1)),
                path: Some(policy.path.clone()),
                policy_id: Some(policy.id.clone()),
                update_date: Some(policy.created),
                ..base
            },
        })
    }

    /// With description and tags.
    pub fn detail(&self, tx: &ReadTx<'_>) -> Result<iam_api::Policy, StoreError> {
        let summary = self.summary(tx)?;
        Ok(match self {
            Self::Own(policy) => iam_api::Policy {
                description: policy.description.clone(),
                tags: Some(api_tags(&policy.tags)),
                ..summary
            },
            Self::Aws(policy) => iam_api::Policy {
                description: Some(policy.description.clone()),
                tags: Some(Vec::new()),
                ..summary
            },
        })
    }

    /// The number and version of an id such as `v2`, if the policy has it.
    pub fn version(&self, tx: &ReadTx<'_>, id: &str) -> Result<Option<(u32, Version)>, StoreError> {
        let Some(number) = version_number(id) else { return Ok(None) };
        let version = match self {
            Self::Own(policy) => store::VERSIONS.get(tx, &(store::key(&policy.name), number))?,
            Self::Aws(policy) if number == 1 => {
                Some(Version { created: policy.created, document: policy.document.clone() })
            }
            Self::Aws(_) => None,
        };
        Ok(version.map(|version| (number, version)))
    }

    /// All versions, by number.
    pub fn versions(&self, tx: &ReadTx<'_>) -> Result<Vec<(u32, Version)>, StoreError> {
        match self {
            Self::Own(policy) => store::versions(tx, &store::key(&policy.name)),
            Self::Aws(_) => Ok(self.version(tx, "v1")?.into_iter().collect()),
        }
    }

    /// The number of the version in force.
    pub fn default_version(&self) -> u32 {
        match self {
            Self::Own(policy) => policy.default_version,
            Self::Aws(_) => 1,
        }
    }
}

/// A document for a managed policy, if it is one and short enough.
pub(crate) fn checked(document: String) -> Result<String> {
    check(&document, DocumentKind::Identity)?;
    if quota_len(&document) > DOCUMENT_LENGTH_MAX {
        return Err(error::quota("PolicySize", DOCUMENT_LENGTH_MAX));
    }
    Ok(document)
}

/// The account's policy of an ARN, to be changed.
pub(crate) fn own(tx: &ReadTx<'_>, arn: &str) -> Result<Policy> {
    match Managed::find(tx, arn)? {
        Some(Managed::Own(policy)) => Ok(*policy),
        Some(Managed::Aws(_)) => Err(error::policy_is_not_yours(arn)),
        None => Err(error::no_such_policy(arn)),
    }
}

/// The policy of an ARN.
pub(crate) fn any(tx: &ReadTx<'_>, arn: &str) -> Result<Managed> {
    Managed::find(tx, arn)?.ok_or_else(|| error::no_such_policy(arn))
}

/// A version as the api answers it; lists leave the document out.
pub(crate) fn api_version(
    number: u32,
    version: &Version,
    default: u32,
    with_document: bool,
) -> PolicyVersion {
    PolicyVersion {
        create_date: Some(version.created),
        document: with_document.then(|| encoded(&version.document)),
        is_default_version: Some(number == default),
        version_id: Some(version_id(number)),
    }
}

pub(crate) fn version_id(number: u32) -> String {
    format!("v{number}")
}

/// The number of an id such as `v2`; ids with a release (`v2.1`) name nothing here.
fn version_number(id: &str) -> Option<u32> {
    id.strip_prefix('v')?.parse().ok()
}

/// What tells the lists of one policy from those of others.
pub(crate) fn list_name(arn: &str) -> &str {
    path_and_name(arn).map_or(arn, |(_, name)| name)
}

/// The path, with both slashes, and the name in a policy's ARN.
pub(crate) fn path_and_name(arn: &str) -> Option<(&str, &str)> {
    let resource = arn.splitn(6, ':').nth(5)?.strip_prefix("policy")?;
    let at = resource.rfind('/')?;
    resource.starts_with('/').then(|| resource.split_at(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_names_come_apart() {
        let of = |resource: &str| {
            let arn = format!("arn:aws:iam::000000000001:{resource}");
            path_and_name(&arn).map(|(path, name)| (path.to_owned(), name.to_owned()))
        };
        assert_eq!(of("policy/x"), Some(("/".to_owned(), "x".to_owned())));
        assert_eq!(of("policy/a/b/x"), Some(("/a/b/".to_owned(), "x".to_owned())));
        assert_eq!(of("role/x"), None);
        assert_eq!(of("policyx/y"), None);
        assert_eq!(path_and_name("policy/x"), None);
        assert_eq!((version_number("v12"), version_number("12")), (Some(12), None));
    }
}
