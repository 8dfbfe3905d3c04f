//! What keeps the public out of everything of an account; S3 itself keeps it.

mod delete_public_access_block;
mod get_public_access_block;
mod put_public_access_block;

use platform::ServiceBuilder;

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    room.op::<s3control_api::DeletePublicAccessBlock>()
        .op::<s3control_api::GetPublicAccessBlock>()
        .op::<s3control_api::PutPublicAccessBlock>()
}
