//! The operations, by what they are about.

mod alias;
mod data_key;
mod encryption;
mod grant;
mod import;
pub(crate) mod key;
mod mac;
mod multi_region;
mod policy;
mod rotation;
mod signing;
mod tag;

use platform::ServiceBuilder;

use crate::Kms;

pub(crate) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    let room = key::register(room);
    let room = alias::register(room);
    let room = policy::register(room);
    let room = grant::register(room);
    let room = rotation::register(room);
    let room = import::register(room);
    let room = multi_region::register(room);
    let room = tag::register(room);
    let room = encryption::register(room);
    let room = data_key::register(room);
    let room = signing::register(room);
    mac::register(room)
}
