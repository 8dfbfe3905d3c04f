//! `CreatePolicy`: a new managed policy, with its first version in force.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>

use iam_api::{CreatePolicy, CreatePolicyInput, CreatePolicyOutput};
use platform::{Ctx, Handle, Result, Tags};

use crate::model::{Policy, Version};
use crate::policies::{Managed, checked};
use crate::{Iam, error, store, tagging};

impl Handle<CreatePolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: CreatePolicyInput) -> Result<CreatePolicyOutput> {
        let document = checked(input.policy_document)?;
        let now = ctx.now().floor_secs();
        let mut policy = Policy {
            id: ctx.ids().with_prefix("ANPA", 17),
            name: input.policy_name,
            path: input.path.unwrap_or_else(|| "/".to_owned()),
            created: now,
            updated: now,
            description: input.description,
            default_version: 1,
            last_version: 1,
            tags: Tags::new(),
        };
        tagging::set(&mut policy.tags, input.tags.unwrap_or_default())?;
        let policy = ctx
            .write(|tx| {
                let key = store::key(&policy.name);
                if store::POLICIES.contains(tx, &key)? {
                    return Err(error::policy_already_exists(&policy.name));
                }
                store::POLICIES.put(tx, &key, &policy)?;
                store::VERSIONS.put(tx, &(&*key, 1), &Version { created: now, document })?;
                Ok(Managed::Own(Box::new(policy)).detail(tx)?)
            })
            .await?;
        Ok(CreatePolicyOutput { policy: Some(policy) })
    }
}
