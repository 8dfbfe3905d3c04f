//! What the judge is told of buckets and objects before a request on them is let in.
//!
//! What a bucket's documents come to is kept, under the revision that its row tells, so that a
//! request costs the read of the row.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use platform::{
    AccountId, Arn, Asked, ConditionKeys, Ctx, Fail, PrincipalKind, ReadTx, ResourceAccess,
    Resources, Result, Scope, Store, StoreError, Timestamp,
};

use super::acl::Acl;
use super::grants::{On, as_policy};
use super::policy;
use crate::error;
use crate::model::{Bucket, Version};
use crate::points::Points;
use crate::settings::{self, Setting};
use crate::store::{self, BUCKETS};

/// Buckets whose documents are kept ready; beyond that all are forgotten.
const READY_MAX: usize = 4_096;

/// Condition keys that tell of an object's tags begin so.
const OBJECT_TAGS: &str = "s3:existingobjecttag/";

/// What only the root of an account may always do to its buckets, lest a policy lock all out.
const FOR_THE_ROOT: [&str; 3] =
    ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// Actions on objects that are their owner's to allow, where objects have owners of their own.
/// What writes or deletes is the bucket owner's to allow.
const OF_OBJECTS: [&str; 4] =
    ["s3:GetObject", "s3:PutObjectAcl", "s3:PutObjectVersionAcl", "s3:RestoreObject"];

/// Tells of buckets and objects.
#[derive(Default)]
pub(crate) struct Teller {
    /// Buckets that may have let other accounts in.
    shared: RwLock<HashSet<String>>,
    points: Arc<Points>,
    ready: Mutex<HashMap<String, Arc<Ready>>>,
}

/// What the documents of a bucket come to.
struct Ready {
    /// What they were read at.
    at: (Timestamp, u64),
    policy: Option<Arc<str>>,
    /// What of the policy denies.
    denials: Option<Arc<str>>,
    public: bool,
    /// The bucket's list of grants as a policy, and without what it grants to the public.
    acl: [Option<Arc<str>>; 2],
}

impl Teller {
    /// Knows the buckets of a store that may have let other accounts in.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(store: &Store, points: Arc<Points>) -> Result<Self, StoreError> {
        let teller = Self { points, ..Self::default() };
        store.read(&Scope::default(), |tx| {
            for row in BUCKETS.scan(tx) {
                let (name, bucket) = row?;
                if bucket.is_shared() {
                    teller.will_share(&name);
                }
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(teller)
    }

    /// To be called before a bucket lets other accounts in.
    pub fn will_share(&self, name: &str) {
        self.shared.write().insert(name.to_owned());
    }

    /// Forgets all buckets.
    pub fn clear(&self) {
        self.shared.write().clear();
        self.ready.lock().clear();
    }

    fn ready(&self, tx: &ReadTx<'_>, name: &str, bucket: &Bucket) -> Result<Arc<Ready>> {
        let at = (bucket.created, bucket.access.revision);
        if let Some(ready) = self.ready.lock().get(name).filter(|ready| ready.at == at) {
            return Ok(Arc::clone(ready));
        }
        let text = policy_of(tx, (name, bucket))?;
        let acl = acl_of(tx, (name, bucket))?;
        let arn = arn(name)?;
        let ready = Arc::new(Ready {
            at,
            denials: text.as_deref().and_then(policy::denials),
            public: text.as_deref().is_some_and(policy::is_public),
            policy: text.map(Into::into),
            acl: [false, true].map(|ignore| as_policy(&acl, On::Bucket, &arn, ignore)),
        });
        let mut kept = self.ready.lock();
        if kept.len() >= READY_MAX {
            kept.clear();
        }
        kept.insert(name.to_owned(), Arc::clone(&ready));
        Ok(ready)
    }

    fn tell(
        &self,
        ctx: &Ctx,
        tx: &ReadTx<'_>,
        asked: Asked<'_>,
        (name, bucket): (&str, &Bucket),
        key: Option<&str>,
    ) -> Result<ResourceAccess> {
        let owner = bucket.owner.account;
        let mut access = ResourceAccess::of(owner);
        let caller = ctx.caller();
        let is_root = caller.kind == PrincipalKind::Root && caller.account == Some(owner);
        if is_root && FOR_THE_ROOT.contains(&asked.action) || !bucket.is_shared() {
            return Ok(told(access));
        }
        let ready = self.ready(tx, name, bucket)?;
        let block = self.points.block(ctx, bucket);
        let is_insider = caller.account == Some(owner) || caller.kind == PrincipalKind::Service;
        let shut = block.restrict && ready.public && !is_insider;
        let mut policy = if shut { &ready.denials } else { &ready.policy };
        let mut object_acl = None;
        if bucket.has_acls() {
            let of_object = OF_OBJECTS.iter().any(|action| asked.action.starts_with(action));
            if let Some(key) = key.filter(|_| of_object)
                && let Some(version) = version_of(tx, asked, (name, key))?
            {
                access.owner = version.owner;
                object_acl = version
                    .acl
                    .as_ref()
                    .and_then(|acl| as_policy(acl, On::Object, asked.resource, block.ignore_acls));
                if access.owner != owner {
                    // A policy gives away only what is the bucket owner's.
                    policy = &ready.denials;
                }
            }
            access.policies.extend(object_acl);
            access.policies.extend(ready.acl[usize::from(block.ignore_acls)].clone());
        }
        access.policies.extend(policy.clone());
        Ok(told(access))
    }
}

/// With what conditions may ask about the owner.
fn told(mut access: ResourceAccess) -> ResourceAccess {
    let owner = access.owner.to_string();
    access.conditions.insert("s3:resourceaccount".to_owned(), vec![owner]);
    access
}

/// The policy of a bucket.
pub(crate) fn policy_of(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
) -> Result<Option<String>> {
    let stored: Option<s3_api::GetBucketPolicyOutput> =
        settings::get(tx, (name, bucket), Setting::Policy)?;
    Ok(stored.and_then(|stored| stored.policy))
}

/// The list of grants of a bucket.
pub(crate) fn acl_of(tx: &ReadTx<'_>, (name, bucket): (&str, &Bucket)) -> Result<Acl> {
    let owner = bucket.owner.account;
    let stored: Option<s3_api::AccessControlPolicy> =
        settings::get(tx, (name, bucket), Setting::Acl)?;
    match stored.filter(|_| bucket.has_acls()) {
        Some(stored) => Acl::from_document(&stored, owner),
        None => Ok(Acl::private(owner)),
    }
}

/// The version that a request is about.
fn version_of(
    tx: &ReadTx<'_>,
    asked: Asked<'_>,
    (name, key): (&str, &str),
) -> Result<Option<Version>> {
    let id = asked.conditions.get("s3:versionid").and_then(|ids| ids.first());
    match store::find(tx, name, key, id.map(String::as_str)) {
        Ok(version) => Ok(version.filter(|version| !version.delete_marker)),
        // What cannot be the id of a version is refused where it is used.
        Err(fail) if fail.is_sender() => Ok(None),
        Err(fail) => Err(fail),
    }
}

/// The name of a bucket, or of an object in it, as the judge knows it.
pub(crate) fn arn(named: &str) -> Result<Arn> {
    Arn::from_parts("aws", "s3", "", "", named).map_err(Fail::internal)
}

/// The bucket and the key that a name names.
fn parts(resource: &Arn) -> (&str, Option<&str>) {
    match resource.resource().split_once('/') {
        Some((bucket, key)) => (bucket, Some(key)),
        None => (resource.resource(), None),
    }
}

fn is_of(caller: &platform::Principal, owner: AccountId) -> bool {
    caller.account == Some(owner) || caller.kind == PrincipalKind::Service
}

impl Resources for Teller {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        // A name that somebody has is refused by who creates buckets.
        if asked.action == "s3:CreateBucket" {
            return Ok(None);
        }
        // Names of buckets have no account.
        if !asked.resource.account_text().is_empty() {
            return self.points.access(ctx, asked);
        }
        let (name, key) = parts(asked.resource);
        ctx.read(|tx| match BUCKETS.get(tx, name)? {
            Some(bucket) => self.tell(ctx, tx, asked, (name, &bucket), key).map(Some),
            None if ctx.caller().kind == PrincipalKind::Anonymous => {
                Err(error::no_such_bucket(name))
            }
            None => Ok(None),
        })
    }

    fn stands_for(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<(String, Arn)>> {
        crate::tables::stands_for(ctx, asked)
    }

    fn late_keys(&self) -> &[&str] {
        &[OBJECT_TAGS]
    }

    fn late(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<ConditionKeys> {
        let behind = self.points.behind(ctx, asked.resource)?;
        let object = match &behind {
            Some((bucket, key)) => Some((bucket.as_str(), key.as_str())),
            None => match parts(asked.resource) {
                (name, Some(key)) => Some((name, key)),
                _ => None,
            },
        };
        let Some(object) = object else { return Ok(ConditionKeys::new()) };
        let version = ctx.read(|tx| version_of(tx, asked, object))?;
        let tags = version.map(|version| version.tags).unwrap_or_default();
        let tag = |(key, value): (&str, &str)| {
            (format!("{OBJECT_TAGS}{}", key.to_lowercase()), vec![value.to_owned()])
        };
        Ok(tags.iter().map(tag).collect())
    }

    fn opens_some(&self) -> bool {
        !self.shared.read().is_empty() || self.points.any()
    }

    fn opens(&self, ctx: &Ctx, resource: &Arn) -> Result<bool> {
        if !resource.account_text().is_empty() {
            return self.points.opens(ctx, resource);
        }
        let (name, _) = parts(resource);
        if !self.shared.read().contains(name) {
            return Ok(false);
        }
        let bucket = ctx.read(|tx| BUCKETS.get(tx, name))?;
        Ok(bucket
            .is_some_and(|bucket| bucket.is_shared() && !is_of(ctx.caller(), bucket.owner.account)))
    }
}
