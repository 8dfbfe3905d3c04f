//! The two questions asked before a request is handled: who holds this key, and may they.
//!
//! Only interfaces: the answers are the identity room's, set when the platform is assembled, so
//! that no service is named here.

mod resource;
mod second_factor;

use std::collections::BTreeMap;
use std::fmt;

use aquifer_ctx::Ctx;
use aquifer_types::{AccountId, Principal, Timestamp};
use futures::future::BoxFuture;

pub use resource::{ResourceAccess, ResourceRule, canonical_user_id};
pub use second_factor::SecondFactors;

/// What a request is signed with.
#[derive(Clone)]
pub struct Credential {
    /// Never logged.
    pub secret: String,
    /// The token that must come with a temporary key.
    pub session_token: Option<String>,
    pub principal: Principal,
    /// Temporary keys end.
    pub expires: Option<Timestamp>,
    /// Inactive keys are known and refused.
    pub active: bool,
    /// Policies that bound the session, as documents.
    pub session_policies: Vec<String>,
    /// When a temporary key was issued.
    pub issued: Option<Timestamp>,
    /// Whether it was issued to who gave a second factor.
    pub mfa: bool,
}

/// An access key of the root of an account that is there before any other: who enforces policies
/// from the start has no other way in.
#[derive(Clone)]
pub struct RootKey {
    pub id: String,
    /// Never logged.
    pub secret: String,
    pub account: AccountId,
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Finds the holder of an access key, anywhere in the house.
pub trait Credentials: Send + Sync {
    /// The credential of a key, if the platform issued it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find(&self, ctx: &Ctx, access_key: &str) -> anyhow::Result<Option<Credential>>;

    /// Notes that a request signed with a key is being served; the context knows for which
    /// service. Called on every request, so it must not wait.
    fn used(&self, _ctx: &Ctx, _access_key: &str) {}
}

/// A request to be judged.
pub struct AccessRequest<'a> {
    /// `s3:GetObject`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The resource's owner and policies. An account in the ARN goes before the owner said here.
    pub access: ResourceAccess,
    pub conditions: ConditionKeys,
    /// Keys that cost a look at the resource.
    pub late: Option<Late<'a>>,
    /// Whose policies count.
    pub identities: Identities,
}

/// Condition keys that are looked up only where a policy asks for one of them.
pub struct Late<'a> {
    /// How such keys begin, in lower case.
    pub prefixes: &'a [&'a str],
    /// Finds them all, given the others.
    pub find: Box<Find<'a>>,
}

/// What finds condition keys, given those that are known.
pub type Find<'a> = dyn Fn(&ConditionKeys) -> anyhow::Result<ConditionKeys> + Send + Sync + 'a;

/// Condition keys in lower case and their values.
pub type ConditionKeys = BTreeMap<String, Vec<String>>;

/// Whether the caller's own policies are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identities {
    /// They are.
    #[default]
    Judged,
    /// They are taken to allow everything: only what the resource says counts.
    Presumed,
}

/// A judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    /// Refused; the text says by what, as AWS puts it (`because no identity-based policy allows
    /// the s3:GetObject action`).
    Deny(String),
}

/// Judges requests.
pub trait Authorizer: Send + Sync {
    fn decide<'a>(
        &'a self,
        ctx: &'a Ctx,
        request: AccessRequest<'a>,
    ) -> BoxFuture<'a, anyhow::Result<Decision>>;
}
