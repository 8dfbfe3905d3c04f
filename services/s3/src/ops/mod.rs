//! The operations, by resource.

mod bucket;
pub(crate) mod object;
mod upload;

use platform::ServiceBuilder;

use crate::S3;

pub(crate) fn register(room: ServiceBuilder<S3>) -> ServiceBuilder<S3> {
    upload::register(object::register(bucket::register(room)))
}

pub(crate) use bucket::canonical_id as bucket_owner;
pub(crate) use bucket::tags;
