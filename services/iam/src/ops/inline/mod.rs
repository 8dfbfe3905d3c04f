//! Inline policies, one operation a file.

mod delete_group_policy;
mod delete_role_policy;
mod delete_user_policy;
mod get_group_policy;
mod get_role_policy;
mod get_user_policy;
mod list_group_policies;
mod list_role_policies;
mod list_user_policies;
mod put_group_policy;
mod put_role_policy;
mod put_user_policy;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::DeleteGroupPolicy>()
        .op::<iam_api::DeleteRolePolicy>()
        .op::<iam_api::DeleteUserPolicy>()
        .op::<iam_api::GetGroupPolicy>()
        .op::<iam_api::GetRolePolicy>()
        .op::<iam_api::GetUserPolicy>()
        .op::<iam_api::ListGroupPolicies>()
        .op::<iam_api::ListRolePolicies>()
        .op::<iam_api::ListUserPolicies>()
        .op::<iam_api::PutGroupPolicy>()
        .op::<iam_api::PutRolePolicy>()
        .op::<iam_api::PutUserPolicy>()
}
