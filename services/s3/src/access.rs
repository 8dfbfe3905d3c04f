//! Who may do what to a bucket and its objects, beyond what identities' own policies say: the bucket's
//! policy, lists of grants (ACLs), and what keeps either from opening the bucket to the public.
//!
//! The bucket's row says what every request has to know; policy and list are documents beside it.
//! [`resources`] tells the judge of them before a request is let in, so operations ask nothing more.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-management.html>

pub(crate) mod acl;
pub(crate) mod actions;
pub(crate) mod grants;
pub(crate) mod policy;
pub(crate) mod resources;

use platform::{AccountId, Ctx, Fail, Result, WriteTx};
use serde::{Deserialize, Serialize};

use crate::model::Bucket;
use crate::points::Points;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// What a bucket's row says of access to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Access {
    /// Grows whenever anything about access to the bucket changes.
    pub revision: u64,
    pub ownership: Ownership,
    pub public: PublicBlock,
}

impl Access {
    /// Whether nobody ever changed it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose objects are, and whether lists of grants count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ownership {
    /// All objects are the bucket owner's; no list of grants counts.
    #[default]
    Enforced,
    /// Objects written with `bucket-owner-full-control` are the bucket owner's, others the writer's.
    Preferred,
    /// Objects are the writer's.
    Writer,
    /// The setting was removed, which means the same.
    Removed,
}

/// What keeps the public out; a bucket that is new has all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicBlock {
    /// Whether there is such a setting at all.
    pub set: bool,
    /// New public lists of grants are refused.
    pub block_acls: bool,
    /// Public grants of lists are passed over.
    pub ignore_acls: bool,
    /// New public policies are refused.
    pub block_policy: bool,
    /// A public policy lets in none but the owner's account.
    pub restrict: bool,
}

impl Default for PublicBlock {
    fn default() -> Self {
        Self { set: true, block_acls: true, ignore_acls: true, block_policy: true, restrict: true }
    }
}

impl PublicBlock {
    /// The setting removed.
    pub const NONE: Self = Self {
        set: false,
        block_acls: false,
        ignore_acls: false,
        block_policy: false,
        restrict: false,
    };

    /// What two settings keep out together.
    pub fn and(self, other: Self) -> Self {
        Self {
            set: self.set || other.set,
            block_acls: self.block_acls || other.block_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            block_policy: self.block_policy || other.block_policy,
            restrict: self.restrict || other.restrict,
        }
    }

    /// As S3 Control says it.
    pub fn from_api(block: s3_api::Block) -> Self {
        let s3_api::Block { block_acls, ignore_acls, block_policy, restrict } = block;
        Self { set: true, block_acls, ignore_acls, block_policy, restrict }
    }

    /// As S3 Control is told it.
    pub fn to_api(self) -> s3_api::Block {
        let Self { block_acls, ignore_acls, block_policy, restrict, .. } = self;
        s3_api::Block { block_acls, ignore_acls, block_policy, restrict }
    }

    /// As a number.
    pub fn to_bits(self) -> u64 {
        let bits = [self.set, self.block_acls, self.ignore_acls, self.block_policy, self.restrict];
        bits.iter().fold(0, |bits, bit| bits << 1 | u64::from(*bit))
    }

    /// What a number of [`Self::to_bits`] says.
    pub fn from_bits(bits: u64) -> Self {
        let bit = |at: u32| bits >> at & 1 == 1;
        Self {
            set: bit(4),
            block_acls: bit(3),
            ignore_acls: bit(2),
            block_policy: bit(1),
            restrict: bit(0),
        }
    }
}

/// What keeps the public out of a bucket: its own setting, its account's, and those of the access point
/// by which a request comes.
pub(crate) fn block(ctx: &Ctx, bucket: &Bucket) -> PublicBlock {
    ctx.ext::<Points>().map_or(bucket.access.public, |points| points.block(ctx, bucket))
}

impl Ownership {
    /// As a request says.
    pub fn of(ownership: s3_api::ObjectOwnership) -> Self {
        match ownership {
            s3_api::ObjectOwnership::BucketOwnerEnforced => Self::Enforced,
            s3_api::ObjectOwnership::BucketOwnerPreferred => Self::Preferred,
            s3_api::ObjectOwnership::ObjectWriter => Self::Writer,
        }
    }

    /// As answers say.
    pub fn to_api(self) -> Option<s3_api::ObjectOwnership> {
        match self {
            Self::Enforced => Some(s3_api::ObjectOwnership::BucketOwnerEnforced),
            Self::Preferred => Some(s3_api::ObjectOwnership::BucketOwnerPreferred),
            Self::Writer => Some(s3_api::ObjectOwnership::ObjectWriter),
            Self::Removed => None,
        }
    }
}

impl Bucket {
    /// Whether lists of grants count.
    pub fn has_acls(&self) -> bool {
        self.access.ownership != Ownership::Enforced
    }

    /// Whether other accounts may have been let in.
    pub fn is_shared(&self) -> bool {
        self.has_acls() || self.settings.has(Setting::Policy)
    }

    /// Whose an object is that the caller writes with a list of grants, if with any.
    pub fn owner_of_new(&self, ctx: &Ctx, acl: Option<&acl::Acl>) -> AccountId {
        let writer = ctx.caller().account.unwrap_or(self.owner.account);
        match self.access.ownership {
            Ownership::Enforced => self.owner.account,
            Ownership::Preferred if acl.is_some_and(|acl| acl.gives_up(self.owner.account)) => {
                self.owner.account
            }
            _ => writer,
        }
    }

    /// Whose an object is that is there.
    pub fn owner_of(&self, version: &crate::model::Version) -> AccountId {
        if self.has_acls() { version.owner } else { self.owner.account }
    }
}

/// Changes what a bucket's row says of access.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    change: impl FnOnce(&mut Access),
) -> Result<(), Fail> {
    change(&mut bucket.access);
    bucket.access.revision += 1;
    BUCKETS.put(tx, name, bucket)?;
    Ok(())
}

/// Writes the list of grants of a bucket.
pub(crate) fn put_acl(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &mut Bucket),
    acl: &acl::Acl,
) -> Result<(), Fail> {
    let document = s3_api::AccessControlPolicy {
        grants: Some(acl.to_api()),
        owner: acl::owner(bucket.owner.account),
    };
    settings::put(tx, (name, bucket), Setting::Acl, document)?;
    change(tx, (name, bucket), |_| {})
}

/// Refuses those of other accounts, whatever a policy lets them do.
pub(crate) fn is_owners(ctx: &Ctx, bucket: &Bucket) -> Result<()> {
    let is_other = ctx.caller().account.is_none_or(|account| account != bucket.owner.account);
    if is_other && platform::auth_mode(ctx) != platform::AuthMode::Off {
        let message = "The specified method is not allowed against this resource.";
        return Err(Fail::new("MethodNotAllowed", 405, message));
    }
    Ok(())
}

/// A policy that lets the public in, where none may.
pub(crate) fn public_policy(ctx: &Ctx, bucket: &str) -> Fail {
    let why = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public \
               Access.";
    refused(ctx, "s3:PutBucketPolicy", bucket, why)
}

/// Refuses what is asked of a bucket, or of an object in it, for another reason than what policies
/// say.
pub(crate) fn refused(ctx: &Ctx, action: &str, named: &str, why: &str) -> Fail {
    let who = ctx.caller().display_name();
    let resource = match resources::arn(named) {
        Ok(arn) => arn,
        Err(fail) => return fail,
    };
    let message = format!(
        "User: {who} is not authorized to perform: {action} on resource: \"{resource}\" because \
         {why}"
    );
    Fail::new("AccessDenied", 403, message)
}
