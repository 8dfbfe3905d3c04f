//! Who may do what: users, groups, roles, policies and keys, and the judgement over every request.
//!
//! The room answers IAM's api and does two things for the whole house. It finds the holder of a
//! long-term access key (`keyring.rs`), and it judges requests when policies are enforced
//! (`judge.rs`): it gathers what is attached to the caller and hands it to `engines/policy`, which
//! knows the language. Nothing about identities is cached, so a change holds from the next request
//! on; only parsed documents are kept, found by their very text.
//!
//! What it is not: temporary credentials (`services/sts`), or policies of resources other than the
//! trust policies of roles.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html>

mod attachments;
mod aws_managed;
mod documents;
mod error;
mod gather;
mod identities;
mod inline;
mod judge;
mod keyring;
mod mfa;
mod model;
mod ops;
mod paging;
mod policies;
mod qr;
mod simulation;
mod statements;
mod store;
mod tagging;

use std::sync::Arc;

use platform::{House, Service};

use crate::documents::Documents;
use crate::judge::Judge;
use crate::keyring::{KeyRing, KeyUses};

/// The room.
pub struct Iam {
    documents: Arc<Documents>,
    uses: Arc<KeyUses>,
}

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let (documents, uses) = (Arc::new(Documents::default()), Arc::new(KeyUses::default()));
    let keyring = KeyRing::new(house.root_key.clone(), Arc::clone(&uses));
    let judge = Judge::new(Arc::clone(&documents));
    let forgotten = Arc::clone(&uses);
    let room = Service::new(&iam_api::SERVICE, Arc::new(Iam { documents, uses }));
    Ok(ops::register(room)
        .credentials(Arc::new(keyring))
        .authorizer(Arc::new(judge))
        .second_factors(Arc::new(mfa::Devices))
        .on_reset(move || forgotten.forget())
        .build())
}
