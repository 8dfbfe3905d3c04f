//! What the room of a resource says when access to it is judged.

use std::sync::Arc;

use aquifer_types::AccountId;
use sha2::{Digest, Sha256};

use crate::ConditionKeys;

/// Whose a resource is, and what its policies are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceAccess {
    /// The account that owns it: identities of other accounts need a grant of its policies besides
    /// what their own account lets them do.
    pub owner: AccountId,
    /// Its policies, as documents with principals. Lists of grants are told as policies too.
    pub policies: Vec<Arc<str>>,
    /// What the policies mean to the identities of the owner's account.
    pub rule: ResourceRule,
    /// Whether services that act for themselves need a grant too. Else they are trusted: they are
    /// this process.
    pub asks_services: bool,
    /// Condition keys that only the resource's room knows.
    pub conditions: ConditionKeys,
}

impl ResourceAccess {
    /// A resource that says nothing of its own on access.
    pub fn of(owner: AccountId) -> Self {
        Self {
            owner,
            policies: Vec::new(),
            rule: ResourceRule::EitherSide,
            asks_services: false,
            conditions: ConditionKeys::new(),
        }
    }
}

/// Whether an identity's own policies can suffice within the account that owns a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceRule {
    /// Either side can allow: buckets, queues, catalogs.
    #[default]
    EitherSide,
    /// The resource's policies must name the identity, or its account, which then leaves it to the
    /// identity's own policies: keys. Not even the root of the account is beyond them.
    ResourceMustAllow,
}

/// The canonical user id of an account, by which lists of grants call it: 64 hex digits that say
/// nothing but which account.
pub fn canonical_user_id(account: AccountId) -> String {
    hex::encode(Sha256::digest(account.as_str().as_bytes()))
}
