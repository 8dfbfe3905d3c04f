//! `CreatePolicyVersion`: another version of a managed policy, five at most.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>

use iam_api::{CreatePolicyVersion, CreatePolicyVersionInput, CreatePolicyVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Version;
use crate::policies::{api_version, checked};
use crate::{Iam, error, policies, store};

/// The most versions one policy has.
const VERSIONS_MAX: usize = 5;

impl Handle<CreatePolicyVersion> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreatePolicyVersionInput,
    ) -> Result<CreatePolicyVersionOutput> {
        let document = checked(input.policy_document)?;
        let as_default = input.set_as_default.unwrap_or_default();
        let now = ctx.now().floor_secs();
        let version = ctx
            .write(|tx| {
                let mut policy = policies::own(tx, &input.policy_arn)?;
                let key = store::key(&policy.name);
                if store::versions(tx, &key)?.len() >= VERSIONS_MAX {
                    return Err(error::limit(
                        "A managed policy can have up to 5 versions. Before you create a new version, \
                         you must delete an existing version.",
                    ));
                }
                policy.last_version += 1;
                policy.updated = now;
                let number = policy.last_version;
                if as_default {
                    policy.default_version = number;
                }
                let version = Version { created: now, document };
                store::VERSIONS.put(tx, &(&*key, number), &version)?;
                store::POLICIES.put(tx, &key, &policy)?;
                Ok(api_version(number, &version, policy.default_version, false))
            })
            .await?;
        Ok(CreatePolicyVersionOutput { policy_version: Some(version) })
    }
}
