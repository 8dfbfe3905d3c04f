//! Lists of grants: as rows keep them, as requests give them, as answers tell them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use platform::{AccountId, Ctx, Fail, Result, canonical_user_id};
use s3_api::{AccessControlPolicy, Owner, Type};
use serde::{Deserialize, Serialize};

use crate::error;
use crate::model::Bucket;

/// Grants of one list.
const GRANTS_MAX: usize = 100;

const EVERYONE: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/// A list of grants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Acl {
    pub grants: Vec<Grant>,
}

/// Someone may do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub to: Grantee,
    pub permission: Permission,
}

/// Who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Grantee {
    /// The account of a canonical id.
    User(String),
    Everyone,
    /// Whoever has an account.
    Authenticated,
    /// Who writes access logs.
    LogDelivery,
}

impl Grantee {
    /// Whether anyone can be one.
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Everyone | Self::Authenticated)
    }
}

/// What they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

/// Headers that give a list of grants.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AclHeaders<'a> {
    pub canned: Option<&'a str>,
    pub full_control: Option<&'a str>,
    pub read: Option<&'a str>,
    pub read_acp: Option<&'a str>,
    pub write: Option<&'a str>,
    pub write_acp: Option<&'a str>,
}

/// The headers of a request on an object, which has no grants to write.
macro_rules! acl_headers {
    ($input:expr) => {
        $crate::access::acl::AclHeaders {
            canned: $input.acl.map(|acl| acl.as_str()),
            full_control: $input.grant_full_control.as_deref(),
            read: $input.grant_read.as_deref(),
            read_acp: $input.grant_read_acp.as_deref(),
            write_acp: $input.grant_write_acp.as_deref(),
            write: None,
        }
    };
}

pub(crate) use acl_headers;

/// Whose a bucket or an object is, and whose the bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners {
    pub owner: AccountId,
    pub bucket: AccountId,
}

impl Acl {
    /// What there is without a list: all to the owner.
    pub fn private(owner: AccountId) -> Self {
        Self { grants: vec![all_to(owner)] }
    }

    /// Whether it lets anyone in.
    pub fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.to.is_public())
    }

    /// Whether it gives the bucket's owner all, as those must who leave their object to him.
    pub fn gives_up(&self, bucket_owner: AccountId) -> bool {
        self.grants.contains(&all_to(bucket_owner))
    }

    /// Whether it says no more than that all is the bucket owner's.
    pub fn is_owners_only(&self, bucket_owner: AccountId) -> bool {
        let to = Grantee::User(canonical_user_id(bucket_owner));
        self.gives_up(bucket_owner) && self.grants.iter().all(|grant| grant.to == to)
    }

    /// The list as answers tell it.
    pub fn to_api(&self) -> Vec<s3_api::Grant> {
        self.grants.iter().map(Grant::to_api).collect()
    }

    /// The list of a document in a request's body.
    pub fn from_document(document: &AccessControlPolicy, owner: AccountId) -> Result<Self> {
        let said = document.owner.as_ref().and_then(|owner| owner.id.as_deref());
        if said.ok_or_else(malformed)? != canonical_user_id(owner) {
            return Err(error::access_denied());
        }
        let grants = document.grants.as_deref().unwrap_or_default();
        if grants.len() > GRANTS_MAX {
            return Err(malformed());
        }
        Ok(Self { grants: grants.iter().map(Grant::from_api).collect::<Result<_>>()? })
    }
}

impl AclHeaders<'_> {
    /// Each grant as its condition key, which is its header's name after `s3:`.
    fn grants(&self) -> [(&'static str, Permission, Option<&str>); 5] {
        [
            ("s3:x-amz-grant-full-control", Permission::FullControl, self.full_control),
            ("s3:x-amz-grant-read", Permission::Read, self.read),
            ("s3:x-amz-grant-read-acp", Permission::ReadAcp, self.read_acp),
            ("s3:x-amz-grant-write", Permission::Write, self.write),
            ("s3:x-amz-grant-write-acp", Permission::WriteAcp, self.write_acp),
        ]
    }

    /// Whether they say anything.
    pub fn any(&self) -> bool {
        self.canned.is_some() || self.grants().iter().any(|(_, _, given)| given.is_some())
    }

    /// The condition keys they give.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let grants = self.grants().map(|(key, _, given)| (key, given));
        let canned = ("s3:x-amz-acl", self.canned);
        grants.into_iter().chain([canned]).filter_map(|(key, given)| Some((key, given?)))
    }

    /// The list they give, if they give one.
    ///
    /// # Errors
    /// Where they cannot be read, or exclude each other.
    pub fn read(&self, owners: Owners) -> Result<Option<Acl>> {
        let mut acl = Acl::default();
        for (key, permission, given) in self.grants() {
            let header = key.trim_start_matches("s3:");
            for to in given.map(|given| grantees(header, given)).transpose()?.unwrap_or_default() {
                acl.grants.push(Grant { to, permission });
            }
        }
        match self.canned {
            Some(_) if !acl.grants.is_empty() => Err(error::invalid_request(
                "Specifying both Canned ACLs and Header Grants is not allowed",
            )),
            Some(name) => Ok(Some(canned(name, owners))),
            None if acl.grants.len() > GRANTS_MAX => Err(malformed()),
            None => Ok(Some(acl).filter(|_| self.any())),
        }
    }
}

/// The list that a request on a list gives, in headers or in its body.
pub(crate) fn given(
    headers: AclHeaders<'_>,
    document: Option<&AccessControlPolicy>,
    owners: Owners,
) -> Result<Acl> {
    // An empty body is an empty document.
    let document =
        document.filter(|document| document.owner.is_some() || document.grants.is_some());
    match (headers.read(owners)?, document) {
        (Some(_), Some(_)) => {
            Err(Fail::new("UnexpectedContent", 400, "This request does not support content"))
        }
        (Some(acl), None) => Ok(acl),
        (None, Some(document)) => Acl::from_document(document, owners.owner),
        (None, None) => {
            let message = "Your request was missing a required header";
            let fail = Fail::new("MissingSecurityHeader", 400, message);
            Err(fail.with("MissingHeaderName", "x-amz-acl"))
        }
    }
}

/// Refuses a list that a bucket or an object in it may not have.
pub(crate) fn may_have(ctx: &Ctx, bucket: &Bucket, acl: &Acl, named: &str) -> Result<()> {
    if !bucket.has_acls() {
        return Err(not_supported());
    }
    if acl.is_public() && super::block(ctx, bucket).block_acls {
        let action = format!("s3:{}", ctx.operation());
        let why = "public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public \
                   Access.";
        return Err(super::refused(ctx, &action, named, why));
    }
    Ok(())
}

/// Whose a new object is, and its list of grants, if it is to have one of its own.
pub(crate) fn of_new(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    key: &str,
    headers: AclHeaders<'_>,
) -> Result<(AccountId, Option<Acl>)> {
    let owner = bucket.owner.account;
    let writer = ctx.caller().account.unwrap_or(owner);
    if !bucket.has_acls() {
        let owners = Owners { owner, bucket: owner };
        let is_plain = |acl: &Acl| headers.canned != Some(PRIVATE) && acl.is_owners_only(owner);
        return match headers.read(owners)? {
            Some(acl) if !is_plain(&acl) => Err(not_supported()),
            _ => Ok((owner, None)),
        };
    }
    let Some(acl) = headers.read(Owners { owner: writer, bucket: owner })? else {
        return Ok((bucket.owner_of_new(ctx, None), None));
    };
    may_have(ctx, bucket, &acl, &format!("{name}/{key}"))?;
    let owned_by = bucket.owner_of_new(ctx, Some(&acl));
    // Who leaves an object to the bucket's owner keeps nothing of it.
    let acl = if owned_by == writer { acl } else { Acl::private(owned_by) };
    Ok((owned_by, Some(acl)))
}

const PRIVATE: &str = "private";

fn not_supported() -> Fail {
    Fail::new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
}

/// A list of grants where none counts.
pub(crate) fn not_with_enforced() -> Fail {
    let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    Fail::new("InvalidBucketAclWithObjectOwnership", 400, message)
}

/// The list of a name. Readers of images that EC2 makes are none here, as EC2 is not.
fn canned(name: &str, Owners { owner, bucket }: Owners) -> Acl {
    let mut acl = Acl::private(owner);
    let mut grant = |to, permission| acl.grants.push(Grant { to, permission });
    match name {
        "public-read" => grant(Grantee::Everyone, Permission::Read),
        "public-read-write" => {
            grant(Grantee::Everyone, Permission::Read);
            grant(Grantee::Everyone, Permission::Write);
        }
        "authenticated-read" => grant(Grantee::Authenticated, Permission::Read),
        "log-delivery-write" => {
            grant(Grantee::LogDelivery, Permission::Write);
            grant(Grantee::LogDelivery, Permission::ReadAcp);
        }
        "bucket-owner-read" if owner != bucket => {
            grant(Grantee::User(canonical_user_id(bucket)), Permission::Read);
        }
        "bucket-owner-full-control" if owner != bucket => acl.grants.push(all_to(bucket)),
        _ => {}
    }
    acl
}

fn all_to(account: AccountId) -> Grant {
    let to = Grantee::User(canonical_user_id(account));
    Grant { to, permission: Permission::FullControl }
}

/// Reads `id="…", uri="…"`.
fn grantees(header: &'static str, text: &str) -> Result<Vec<Grantee>> {
    let bad = || error::invalid_argument(header, text, "Argument format not recognized");
    let one = |part: &str| {
        let (kind, value) = part.trim().split_once('=').ok_or_else(bad)?;
        let value = value.trim().trim_matches('"');
        match kind.trim().to_ascii_lowercase().as_str() {
            "id" => user(value),
            "uri" => group(value),
            "emailaddress" => Err(unresolvable()),
            _ => Err(bad()),
        }
    };
    text.split(',').map(one).collect()
}

fn user(id: &str) -> Result<Grantee> {
    let is_one = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    match is_one {
        true => Ok(Grantee::User(id.to_owned())),
        false => Err(error::invalid_argument("CanonicalUser/ID", id, "Invalid id")),
    }
}

fn group(uri: &str) -> Result<Grantee> {
    Ok(match uri {
        EVERYONE => Grantee::Everyone,
        AUTHENTICATED => Grantee::Authenticated,
        LOG_DELIVERY => Grantee::LogDelivery,
        _ => return Err(error::invalid_argument("uri", uri, "Invalid group uri")),
    })
}

/// Accounts here have no addresses.
fn unresolvable() -> Fail {
    let message = "The e-mail address you provided does not match any account on record.";
    Fail::new("UnresolvableGrantByEmailAddress", 400, message)
}

pub(crate) fn malformed() -> Fail {
    let message = "The XML you provided was not well-formed or did not validate against our \
                   published schema";
    Fail::new("MalformedACLError", 400, message)
}

impl Grant {
    fn to_api(&self) -> s3_api::Grant {
        let permission = match self.permission {
            Permission::FullControl => s3_api::Permission::FullControl,
            Permission::Read => s3_api::Permission::Read,
            Permission::Write => s3_api::Permission::Write,
            Permission::ReadAcp => s3_api::Permission::ReadAcp,
            Permission::WriteAcp => s3_api::Permission::WriteAcp,
        };
        let group = |uri: &str| s3_api::Grantee {
            r#type: Type::Group,
            uri: Some(uri.to_owned()),
            ..Default::default()
        };
        let grantee = match &self.to {
            Grantee::User(id) => s3_api::Grantee {
                r#type: Type::CanonicalUser,
                id: Some(id.clone()),
                ..Default::default()
            },
            Grantee::Everyone => group(EVERYONE),
            Grantee::Authenticated => group(AUTHENTICATED),
            Grantee::LogDelivery => group(LOG_DELIVERY),
        };
        s3_api::Grant { grantee: Some(grantee), permission: Some(permission) }
    }

    fn from_api(grant: &s3_api::Grant) -> Result<Self> {
        let permission = match grant.permission.ok_or_else(malformed)? {
            s3_api::Permission::FullControl => Permission::FullControl,
            s3_api::Permission::Read => Permission::Read,
            s3_api::Permission::Write => Permission::Write,
            s3_api::Permission::ReadAcp => Permission::ReadAcp,
            s3_api::Permission::WriteAcp => Permission::WriteAcp,
        };
        let grantee = grant.grantee.as_ref().ok_or_else(malformed)?;
        let to = match (grantee.r#type, &grantee.id, &grantee.uri) {
            (Type::CanonicalUser, Some(id), _) => user(id)?,
            (Type::Group, _, Some(uri)) => group(uri)?,
            (Type::AmazonCustomerByEmail, _, _) => return Err(unresolvable()),
            _ => return Err(malformed()),
        };
        Ok(Self { to, permission })
    }
}

/// The owner as answers tell it.
pub(crate) fn owner(account: AccountId) -> Option<Owner> {
    Some(Owner { id: Some(canonical_user_id(account)), ..Default::default() })
}
