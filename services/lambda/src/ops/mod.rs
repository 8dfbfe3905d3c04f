//! The operations, by resource.

mod alias;
mod concurrency;
mod event;
mod function;
mod layer;
mod permission;
mod provisioned;
mod source;
mod tag;
mod version;

use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    let room = version::register(tag::register(permission::register(function::register(room))));
    let room = alias::register(concurrency::register(event::register(room)));
    layer::register(source::register(provisioned::register(room)))
}
