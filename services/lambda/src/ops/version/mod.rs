//! Versions.

mod list_versions_by_function;
mod publish_version;

use lambda_api as api;
use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::ListVersionsByFunction>().op::<api::PublishVersion>()
}
