//! Access points: other names for buckets, each with a policy of its own.
//!
//! A request may name an access point where it names a bucket: by its ARN, by its alias, or by a host
//! that begins with its name and account. The name is replaced by the bucket's before anything else
//! looks at the request, and the context keeps by what name the bucket was asked for, so that the
//! access point's policy and the bucket's are asked one after the other ([`access`]). What the name of
//! a bucket looks like tells most requests apart, which cost nothing then.
//!
//! Clients manage access points through S3 Control, which asks [`manage`].
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html>

mod access;
mod error;
mod manage;
mod name;
mod table;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use platform::{AccountId, Alias, Ctx, Names, Result, Scope, Store};

use crate::access::PublicBlock;
use crate::access::resources::arn;
use crate::model::Bucket;
use crate::store::BUCKETS;

use name::{Form, Id};
use table::PointRow;

pub(crate) use error::still_attached;
pub(crate) use manage::Keeper;
pub(crate) use table::has_any;

/// Operations that may name an access point.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-service-api-support.html>
const OPERATIONS: [&str; 33] = [
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjects",
    "GetBucketAcl",
    "GetBucketCors",
    "GetBucketLocation",
    "GetBucketNotificationConfiguration",
    "GetBucketPolicy",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "HeadBucket",
    "HeadObject",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
    "UploadPart",
    "UploadPartCopy",
];

/// What is at hand of access points, and of what keeps the public out of accounts.
#[derive(Default)]
pub(crate) struct Points {
    /// As hosts name them.
    hosts: RwLock<HashSet<String>>,
    blocks: RwLock<HashMap<AccountId, PublicBlock>>,
    ready: Mutex<HashMap<Id, Arc<access::Ready>>>,
}

impl Points {
    /// Knows what a store has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(store: &Store) -> Result<Self> {
        let points = Self::default();
        store.read(&Scope::default(), |tx| {
            for key in table::POINTS.scan(tx).keys() {
                let (account, _, name) = key?;
                points.hosts.write().insert(format!("{name}-{account}"));
            }
            for row in table::ACCOUNT_BLOCKS.scan(tx) {
                let (account, row) = row?;
                let account = account.parse().map_err(platform::Fail::internal)?;
                points.blocks.write().insert(account, row.block);
            }
            Ok::<_, platform::Fail>(points)
        })
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.hosts.write().clear();
        self.blocks.write().clear();
        self.ready.lock().clear();
    }

    /// What keeps the public out of everything of an account.
    pub fn account_block(&self, account: AccountId) -> PublicBlock {
        self.blocks.read().get(&account).copied().unwrap_or(PublicBlock::NONE)
    }

    /// What keeps the public out of a bucket, or from coming to it the way a request does.
    pub fn block(&self, ctx: &Ctx, bucket: &Bucket) -> PublicBlock {
        let of_account = self.account_block(bucket.owner.account);
        let way =
            ctx.alias().map_or(PublicBlock::NONE, |alias| PublicBlock::from_bits(alias.notes));
        bucket.access.public.and(of_account).and(way)
    }

    /// The access point that stands where a bucket's name does; none for the name of a bucket.
    fn named(&self, ctx: &Ctx, text: &str) -> Result<Option<(Id, PointRow)>> {
        let id = match Form::of(text)? {
            Form::Bucket => return Ok(None),
            Form::Arn(id) => id,
            Form::Alias => {
                let id = ctx.read(|tx| table::by_alias(tx, text))?;
                id.ok_or_else(error::invalid_alias)?
            }
            Form::Host { account, name } => {
                if !self.hosts.read().contains(text) {
                    return Ok(None);
                }
                let region = ctx.region().clone();
                let id = Id { account, region, name: name.to_owned() };
                // A bucket of that name goes before.
                return ctx.read(|tx| match BUCKETS.contains(tx, text)? {
                    true => Ok(None),
                    false => Ok(table::find(tx, &id)?.map(|point| (id, point))),
                });
            }
        };
        let point = ctx.read(|tx| table::get(tx, &id))?;
        Ok(Some((id, point)))
    }

    /// Replaces what names an access point by its bucket's name; the context of a request that did so.
    ///
    /// # Errors
    /// `NoSuchAccessPoint` and the like; `AccessDenied` where the request does not come from the network
    /// that the access point is for.
    pub fn resolve(&self, ctx: &Ctx, text: &mut String) -> Result<Option<Ctx>> {
        let Some((id, point)) = self.named(ctx, text)? else { return Ok(None) };
        if point.vpc.as_deref().is_some_and(|vpc| !access::comes_from(ctx, vpc)) {
            return Err(crate::error::access_denied());
        }
        let alias = Alias {
            arn: id.arn(),
            target: arn(&point.bucket)?.to_string(),
            within: access::WITHIN,
            conditions: access::conditions(&id, point.vpc.is_some()),
            notes: access::block(self, &id, &point).to_bits(),
        };
        *text = point.bucket;
        Ok(Some(ctx.with_alias(Some(alias))))
    }

    /// The same for what a request reads besides what it is about: the context to ask for that in.
    ///
    /// # Errors
    /// As [`Points::resolve`].
    pub fn source(&self, ctx: &Ctx, text: &mut String) -> Result<Ctx> {
        Ok(self.resolve(ctx, text)?.unwrap_or_else(|| ctx.with_alias(None)))
    }

    /// The name of the bucket that a name stands for, and the ARN of the access point between, whoever
    /// asks; none for a bucket's own name.
    pub fn behind_name(&self, ctx: &Ctx, text: &str) -> Result<Option<(String, String)>> {
        Ok(self.named(ctx, text)?.map(|(id, point)| (point.bucket, id.arn())))
    }
}

/// The access point and the key that a name of an object under one tells; none for another name.
///
/// # Errors
/// `InvalidAccessPoint`; a name that tells no key.
pub(crate) fn object_of(text: &str) -> Result<Option<(String, String)>> {
    let Ok(arn) = text.parse() else { return Ok(None) };
    let Some((id, rest)) = name::of_arn(&arn)? else { return Ok(None) };
    let key = rest.strip_prefix(access::WITHIN).filter(|key| !key.is_empty());
    let key = key.ok_or_else(error::invalid_access_point)?;
    Ok(Some((id.arn(), key.to_owned())))
}

impl Names for Points {
    fn member(&self) -> &'static str {
        "Bucket"
    }

    fn resolve(
        &self,
        ctx: &Ctx,
        operation: &'static str,
        name: &mut String,
    ) -> Result<Option<Ctx>> {
        // A new bucket is called what it is called.
        if operation == "CreateBucket" {
            return Ok(None);
        }
        let resolved = Points::resolve(self, ctx, name)?;
        if resolved.is_some() && !OPERATIONS.contains(&operation) {
            return Err(error::not_by_access_points());
        }
        Ok(resolved)
    }
}
