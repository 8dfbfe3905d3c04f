//! Labels of keys.

mod list_resource_tags;
mod tag_resource;
mod untag_resource;

use platform::ServiceBuilder;

use crate::Kms;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::ListResourceTags>()
        .op::<kms_api::TagResource>()
        .op::<kms_api::UntagResource>()
}
