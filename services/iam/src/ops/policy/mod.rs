//! Managed policies, one operation a file.

mod create_policy;
mod create_policy_version;
mod delete_policy;
mod delete_policy_version;
mod get_policy;
mod get_policy_version;
mod list_entities_for_policy;
mod list_policies;
mod list_policy_tags;
mod list_policy_versions;
mod set_default_policy_version;
mod tag_policy;
mod untag_policy;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::CreatePolicy>()
        .op::<iam_api::CreatePolicyVersion>()
        .op::<iam_api::DeletePolicy>()
        .op::<iam_api::DeletePolicyVersion>()
        .op::<iam_api::GetPolicy>()
        .op::<iam_api::GetPolicyVersion>()
        .op::<iam_api::ListEntitiesForPolicy>()
        .op::<iam_api::ListPolicies>()
        .op::<iam_api::ListPolicyTags>()
        .op::<iam_api::ListPolicyVersions>()
        .op::<iam_api::SetDefaultPolicyVersion>()
        .op::<iam_api::TagPolicy>()
        .op::<iam_api::UntagPolicy>()
}
