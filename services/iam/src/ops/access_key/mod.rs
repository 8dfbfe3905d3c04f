//! Long-term access keys, one operation a file.

mod access_keys;
mod create_access_key;
mod delete_access_key;
mod get_access_key_last_used;
mod list_access_keys;
mod update_access_key;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::CreateAccessKey>()
        .op::<iam_api::DeleteAccessKey>()
        .op::<iam_api::GetAccessKeyLastUsed>()
        .op::<iam_api::ListAccessKeys>()
        .op::<iam_api::UpdateAccessKey>()
}
