//! The roles, one operation a file.

mod create_role;
mod delete_role;
mod get_role;
mod list_role_tags;
mod list_roles;
mod tag_role;
mod trust;
mod untag_role;
mod update_assume_role_policy;
mod update_role;
mod update_role_description;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::CreateRole>()
        .op::<iam_api::DeleteRole>()
        .op::<iam_api::GetRole>()
        .op::<iam_api::ListRoleTags>()
        .op::<iam_api::ListRoles>()
        .op::<iam_api::TagRole>()
        .op::<iam_api::UntagRole>()
        .op::<iam_api::UpdateAssumeRolePolicy>()
        .op::<iam_api::UpdateRole>()
        .op::<iam_api::UpdateRoleDescription>()
}
