//! The operations, by what they are about.

mod alias;
mod data_key;
mod encryption;
mod key;

use platform::ServiceBuilder;

use crate::Kms;

pub(crate) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    let room = key::register(room);
    let room = alias::register(room);
    let room = encryption::register(room);
    data_key::register(room)
}
