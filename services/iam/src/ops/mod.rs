//! The operations, by AWS's nouns.

mod access_key;
mod attachment;
mod group;
mod inline;
mod mfa;
mod policy;
mod role;
mod simulation;
mod user;

use platform::ServiceBuilder;

use crate::Iam;

pub(crate) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    let rooms = [
        access_key::register,
        attachment::register,
        group::register,
        inline::register,
        mfa::register,
        policy::register,
        role::register,
        simulation::register,
        user::register,
    ];
    rooms.into_iter().fold(room, |room, register| register(room))
}
