//! `ListPolicies`: managed policies: of the account, of AWS, or both.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>

use iam_api::{
    ListPolicies, ListPoliciesInput, ListPoliciesOutput, Policy, PolicyScopeType, PolicyUsageType,
};
use platform::{Ctx, Handle, Result};

use crate::paging::Paging;
use crate::policies::Managed;
use crate::{Iam, aws_managed, store};

impl Handle<ListPolicies> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListPoliciesInput) -> Result<ListPoliciesOutput> {
        let paging = Paging::new("ListPolicies", input.marker.as_deref(), input.max_items)?;
        let (scope, prefix) = (input.scope.unwrap_or_default(), input.path_prefix.as_deref());
        ctx.read(|tx| {
            let mut all: Vec<(String, Managed)> = Vec::new();
            if scope != PolicyScopeType::Aws {
                for row in store::POLICIES.scan(tx) {
                    let (key, policy) = row?;
                    all.push((format!("own/{key}"), Managed::Own(Box::new(policy))));
                }
            }
            if scope != PolicyScopeType::Local {
                all.extend(aws_managed::all().map(|policy| {
                    (format!("aws/{}", store::key(&policy.name)), Managed::Aws(policy))
                }));
            }
            all.retain(|(_, policy)| policy.path().starts_with(prefix.unwrap_or("/")));
            all.sort_by(|(a, _), (b, _)| a.cmp(b));
            let mut wanted = Vec::new();
            for (key, policy) in all {
                let summary = policy.summary(tx)?;
                if is_wanted(&input, &summary) {
                    wanted.push(Ok((key, summary)));
                }
            }
            let page = paging.take(wanted.into_iter(), |(key, _)| key.clone())?;
            Ok(ListPoliciesOutput {
                policies: Some(page.items.into_iter().map(|(_, policy)| policy).collect()),
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}

/// Whether a policy is used as the call asks.
fn is_wanted(input: &ListPoliciesInput, policy: &Policy) -> bool {
    let attached = policy.attachment_count.unwrap_or_default() > 0;
    let bounds = policy.permissions_boundary_usage_count.unwrap_or_default() > 0;
    let of_usage = match input.policy_usage_filter {
        Some(PolicyUsageType::PermissionsPolicy) => attached,
        Some(PolicyUsageType::PermissionsBoundary) => bounds,
        None => true,
    };
    of_usage && (attached || bounds || !input.only_attached.unwrap_or_default())
}
