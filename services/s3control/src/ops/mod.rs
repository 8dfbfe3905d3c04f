//! The operations, by resource.

mod block;
mod job;
mod point;

use platform::ServiceBuilder;

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    point::register(block::register(job::register(room)))
}
