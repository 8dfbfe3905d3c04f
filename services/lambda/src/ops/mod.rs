//! The operations, by resource.

mod alias;
mod concurrency;
mod event;
mod function;
mod permission;
mod tag;
mod version;

use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    let room = version::register(tag::register(permission::register(function::register(room))));
    alias::register(concurrency::register(event::register(room)))
}
