//! The users, one operation a file.

mod create_user;
mod delete_user;
mod get_user;
mod list_user_tags;
mod list_users;
mod tag_user;
mod untag_user;
mod update_user;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::CreateUser>()
        .op::<iam_api::DeleteUser>()
        .op::<iam_api::GetUser>()
        .op::<iam_api::ListUserTags>()
        .op::<iam_api::ListUsers>()
        .op::<iam_api::TagUser>()
        .op::<iam_api::UntagUser>()
        .op::<iam_api::UpdateUser>()
}
