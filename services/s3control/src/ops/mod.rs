//! The operations, by resource.

mod job;

use platform::ServiceBuilder;

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    job::register(room)
}
