//! Managed policies on users, groups and roles, one operation a file.

mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod delete_role_permissions_boundary;
mod delete_user_permissions_boundary;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;
mod put_role_permissions_boundary;
mod put_user_permissions_boundary;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::AttachGroupPolicy>()
        .op::<iam_api::AttachRolePolicy>()
        .op::<iam_api::AttachUserPolicy>()
        .op::<iam_api::DeleteRolePermissionsBoundary>()
        .op::<iam_api::DeleteUserPermissionsBoundary>()
        .op::<iam_api::DetachGroupPolicy>()
        .op::<iam_api::DetachRolePolicy>()
        .op::<iam_api::DetachUserPolicy>()
        .op::<iam_api::ListAttachedGroupPolicies>()
        .op::<iam_api::ListAttachedRolePolicies>()
        .op::<iam_api::ListAttachedUserPolicies>()
        .op::<iam_api::PutRolePermissionsBoundary>()
        .op::<iam_api::PutUserPermissionsBoundary>()
}
