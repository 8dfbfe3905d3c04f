//! Labels.

mod list_tags;
mod tag_resource;
mod untag_resource;

use lambda_api as api;
use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::ListTags>().op::<api::TagResource>().op::<api::UntagResource>()
}
