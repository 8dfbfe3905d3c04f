//! `ListPolicyVersions`: the versions of a managed policy, the newest first.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html>

use iam_api::{ListPolicyVersions, ListPolicyVersionsInput, ListPolicyVersionsOutput};
use platform::{Ctx, Handle, Result};

use crate::paging::Paging;
use crate::policies::api_version;
use crate::{Iam, policies};

impl Handle<ListPolicyVersions> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListPolicyVersionsInput,
    ) -> Result<ListPolicyVersionsOutput> {
        let list = format!("ListPolicyVersions/{}", policies::list_name(&input.policy_arn));
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        ctx.read(|tx| {
            let policy = policies::any(tx, &input.policy_arn)?;
            let default = policy.default_version();
            let mut versions = policy.versions(tx)?;
            versions.reverse();
            let places = versions.into_iter().enumerate().map(Ok);
            let page = paging.take(places, |(place, _)| format!("{place:03}"))?;
            let versions = page.items.iter();
            Ok(ListPolicyVersionsOutput {
                versions: Some(
                    versions
                        .map(|(_, (number, row))| api_version(*number, row, default, false))
                        .collect(),
                ),
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}
