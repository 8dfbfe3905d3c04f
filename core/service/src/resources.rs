//! What a room tells of its resources when access to them is judged.

use std::collections::HashMap;
use std::sync::Arc;

use aquifer_authz::{ConditionKeys, ResourceAccess};
use aquifer_ctx::Ctx;
use aquifer_types::Arn;

use crate::fail::Result;

/// What is to be done with which resource.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `s3:GetObject`.
    pub action: &'a str,
    /// The resource, of the room's service.
    pub resource: &'a Arn,
    /// What the request says of itself.
    pub conditions: &'a ConditionKeys,
}

/// Set by rooms whose resources have policies, or owners that their ARNs do not tell. They are asked
/// before every request on a resource of theirs is judged, whichever room the request is for.
pub trait Resources: Send + Sync {
    /// Whose a resource is and what its policies say. None where the room does not know it: then it
    /// is taken for one of the account that the request acts on.
    ///
    /// # Errors
    /// When the store cannot be read; or to refuse the request at once.
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>>;

    /// What is asked instead, of a resource of another room that this one is a part of; none where
    /// the resource stands for itself.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn stands_for(&self, _ctx: &Ctx, _asked: Asked<'_>) -> Result<Option<(String, Arn)>> {
        Ok(None)
    }

    /// How the condition keys begin that [`Resources::late`] finds, in lower case.
    fn late_keys(&self) -> &[&str] {
        &[]
    }

    /// Condition keys that cost a look at the resource, in lower case; asked for only where some
    /// policy asks for one of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn late(&self, _ctx: &Ctx, _asked: Asked<'_>) -> Result<ConditionKeys> {
        Ok(ConditionKeys::new())
    }

    /// Whether some resource may be open to other accounts even where policies are not enforced.
    /// Asked before every request then: it must cost next to nothing.
    fn opens_some(&self) -> bool {
        false
    }

    /// Whether a request on a resource is judged even where policies are not enforced, for the
    /// resource is another account's and its policies may let the caller in.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn opens(&self, _ctx: &Ctx, _resource: &Arn) -> Result<bool> {
        Ok(false)
    }
}

/// The rooms that tell of their resources, by the services that ARNs name.
#[derive(Clone, Default)]
pub(crate) struct ByService(HashMap<&'static str, Arc<dyn Resources>>);

impl ByService {
    pub fn add(&mut self, service: &'static str, resources: &Arc<dyn Resources>) {
        self.0.insert(service, Arc::clone(resources));
    }

    /// The room of a service, as ARNs call it.
    pub fn of(&self, service: &str) -> Option<&dyn Resources> {
        self.0.get(service).map(|resources| &**resources)
    }
}
