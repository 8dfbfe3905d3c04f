//! Labels.

mod list_tags_for_resource;
mod tag_resource;
mod untag_resource;

use platform::ServiceBuilder;
use s3tables_api as api;

use crate::S3Tables;

pub(crate) fn register(room: ServiceBuilder<S3Tables>) -> ServiceBuilder<S3Tables> {
    room.op::<api::ListTagsForResource>().op::<api::TagResource>().op::<api::UntagResource>()
}
