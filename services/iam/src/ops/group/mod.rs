//! The groups, one operation a file.

mod add_user_to_group;
mod create_group;
mod delete_group;
mod get_group;
mod list_groups;
mod list_groups_for_user;
mod remove_user_from_group;
mod update_group;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::AddUserToGroup>()
        .op::<iam_api::CreateGroup>()
        .op::<iam_api::DeleteGroup>()
        .op::<iam_api::GetGroup>()
        .op::<iam_api::ListGroups>()
        .op::<iam_api::ListGroupsForUser>()
        .op::<iam_api::RemoveUserFromGroup>()
        .op::<iam_api::UpdateGroup>()
}
