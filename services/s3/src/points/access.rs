//! Who may do what by way of an access point.
//!
//! The access point's policy is asked for its own name, then the bucket's policy for the bucket's: a
//! request needs both. The bucket's owner can leave it to access points by letting in whoever comes by
//! one of its account (`s3:DataAccessPointAccount`).
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html>

use std::sync::Arc;

use aquifer_policy::Wildcard;
use platform::{Arn, Asked, Ctx, Fail, PrincipalKind, ResourceAccess, Result};

use super::Points;
use super::name::{self, Id};
use super::table::{self, PointRow};
use crate::access::PublicBlock;
use crate::access::grants::On;
use crate::access::policy;
use crate::store::BUCKETS;

/// What stands between an access point's ARN and the keys of objects.
pub(super) const WITHIN: &str = "/object/";

/// Policies that are kept ready; beyond that all are forgotten.
const READY_MAX: usize = 1_024;

/// What a policy comes to.
pub(super) struct Ready {
    policy: Arc<str>,
    denials: Option<Arc<str>>,
    public: bool,
}

/// Whether a request comes from a network, by an endpoint of it.
pub(super) fn comes_from(ctx: &Ctx, vpc: &str) -> bool {
    ctx.passage().is_some_and(|passage| passage.network == vpc)
}

/// Condition keys of requests by an access point.
pub(super) fn conditions(id: &Id, has_vpc: bool) -> Vec<(&'static str, String)> {
    let origin = if has_vpc { "VPC" } else { "Internet" };
    vec![
        ("s3:accesspointnetworkorigin", origin.to_owned()),
        ("s3:dataaccesspointaccount", id.account.to_string()),
        ("s3:dataaccesspointarn", id.arn()),
    ]
}

/// What keeps the public from coming by an access point, besides what its bucket does.
pub(super) fn block(points: &Points, id: &Id, point: &PointRow) -> PublicBlock {
    point.block.and(points.account_block(id.account))
}

/// Whether a policy of an access point lets in anyone. What can be reached from one network only is
/// not the public's, whatever its policy says.
pub(super) fn is_public(point: &PointRow) -> bool {
    point.vpc.is_none() && point.policy.as_deref().is_some_and(policy::is_public)
}

/// What of an access point a resource in its policy means: itself, its objects, both, or nothing.
pub(super) fn about(resource: &str, arn: &str) -> Vec<On> {
    let pattern = Wildcard::new(resource);
    let mut about = Vec::new();
    about.extend(pattern.matches(arn).then_some(On::Bucket));
    let of_objects = match resource.split_once(WITHIN) {
        Some((head, _)) => Wildcard::new(head).matches(arn),
        None => pattern.matches(&format!("{arn}{WITHIN}")),
    };
    about.extend(of_objects.then_some(On::Object));
    about
}

/// A policy that lets the public in, where none may.
pub(super) fn public_policy(ctx: &Ctx, arn: &str) -> Fail {
    let who = ctx.caller().display_name();
    let message = format!(
        "User: {who} is not authorized to perform: s3:PutAccessPointPolicy on resource: \"{arn}\" \
         because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public \
         Access."
    );
    Fail::new("AccessDenied", 403, message)
}

impl Points {
    /// What the judge is told of an access point, or of an object under its name; none where there is
    /// no such access point, or the name is of something else.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some((id, _)) = named(asked.resource) else { return Ok(None) };
        let Some(point) = ctx.read(|tx| table::find(tx, &id))? else { return Ok(None) };
        let mut access = ResourceAccess::of(id.account);
        let owner = ("s3:resourceaccount", id.account.to_string());
        for (key, value) in conditions(&id, point.vpc.is_some()).into_iter().chain([owner]) {
            access.conditions.insert(key.to_owned(), vec![value]);
        }
        // Its policy is about what comes by it, not about itself.
        if asked.action.contains("AccessPoint") {
            return Ok(Some(access));
        }
        let Some(ready) = self.ready(&id, &point) else { return Ok(Some(access)) };
        let caller = ctx.caller();
        let is_insider =
            caller.account == Some(id.account) || caller.kind == PrincipalKind::Service;
        let shut = ready.public && !is_insider && {
            let bucket = ctx.read(|tx| BUCKETS.get(tx, point.bucket.as_str()))?;
            let own = bucket.map_or(PublicBlock::NONE, |bucket| {
                bucket.access.public.and(self.account_block(bucket.owner.account))
            });
            block(self, &id, &point).and(own).restrict
        };
        access.policies.extend(if shut {
            ready.denials.clone()
        } else {
            Some(ready.policy.clone())
        });
        Ok(Some(access))
    }

    fn ready(&self, id: &Id, point: &PointRow) -> Option<Arc<Ready>> {
        let text = point.policy.as_deref()?;
        if let Some(ready) = self.ready.lock().get(id).filter(|ready| &*ready.policy == text) {
            return Some(Arc::clone(ready));
        }
        let public = is_public(point);
        let ready = Arc::new(Ready { policy: text.into(), denials: policy::denials(text), public });
        let mut kept = self.ready.lock();
        if kept.len() >= READY_MAX {
            kept.clear();
        }
        kept.insert(id.clone(), Arc::clone(&ready));
        Some(ready)
    }

    /// The bucket behind an access point, and the key of the object that is named under it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn behind(&self, ctx: &Ctx, resource: &Arn) -> Result<Option<(String, String)>> {
        let Some((id, rest)) = named(resource) else { return Ok(None) };
        let Some(key) = rest.strip_prefix(WITHIN) else { return Ok(None) };
        let point = ctx.read(|tx| table::find(tx, &id))?;
        Ok(point.map(|point| (point.bucket, key.to_owned())))
    }

    /// Whether what is asked by way of a name has to be judged even where policies are not enforced:
    /// it is another account's access point.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn opens(&self, ctx: &Ctx, resource: &Arn) -> Result<bool> {
        let Some((id, _)) = named(resource) else { return Ok(false) };
        let caller = ctx.caller();
        if caller.account == Some(id.account) || caller.kind == PrincipalKind::Service {
            return Ok(false);
        }
        ctx.read(|tx| Ok(table::find(tx, &id)?.is_some()))
    }

    /// Whether there are any.
    pub fn any(&self) -> bool {
        !self.hosts.read().is_empty()
    }
}

/// The access point of an ARN, with what stands after its name. What cannot be one is refused where it
/// is used.
fn named(resource: &Arn) -> Option<(Id, &str)> {
    name::of_arn(resource).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_about_the_point_or_its_objects() {
        let arn = "arn:aws:s3:us-east-1:111122223333:accesspoint/point";
        let of = |resource: &str| about(resource, arn);
        assert_eq!(of(arn), [On::Bucket]);
        assert_eq!(of(&format!("{arn}/object/*")), [On::Object]);
        assert_eq!(of(&format!("{arn}/*")), [On::Object]);
        assert_eq!(of(&format!("{arn}*")), [On::Bucket, On::Object]);
        assert_eq!(of("*"), [On::Bucket, On::Object]);
        assert!(of("arn:aws:s3:::bucket/*").is_empty());
        assert!(of("arn:aws:s3:us-east-1:111122223333:accesspoint/other/object/*").is_empty());
    }
}
