//! `CreateBucket`: claims a name.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3_api::{CreateBucket, CreateBucketInput, CreateBucketOutput};

use crate::access::acl::{self, Acl, AclHeaders, Owners, acl_headers};
use crate::access::{self, Access, Ownership};
use crate::model::{Bucket, Versioning};
use crate::refuse::refuse;
use crate::settings::{self, Setting};
use crate::store::{BUCKETS, OWNED};
use crate::{S3, error, lock, names, tables};

/// Where a bucket may be created without naming its region, and again without an error.
const CLASSIC_REGION: &str = "us-east-1";

impl Handle<CreateBucket> for S3 {
    async fn handle(&self, ctx: &Ctx, input: CreateBucketInput) -> Result<CreateBucketOutput> {
        let table = tables::of_new(ctx, &input.bucket);
        names::check_bucket(table.as_ref().map_or(input.bucket.as_str(), tables::OfTable::stem))?;
        refuse_unsupported(&input)?;
        // Rights on the bucket that is there already are not asked for.
        if let Some(known) = ctx.read(|tx| BUCKETS.get(tx, input.bucket.as_str()))? {
            taken(ctx, &input.bucket, &known)?;
            return Ok(created(&input.bucket));
        }
        let (access, acl) = access_of(ctx, &input).await?;
        let configuration = input.create_bucket_configuration.unwrap_or_default();
        let tags = configuration.tags.as_ref().map(|tags| super::put_bucket_tagging::tags(tags));
        let tags = tags.transpose()?.filter(|tags: &Tags| !tags.is_empty());
        let region = match &table {
            Some(_) => ctx.region().clone(),
            None => region(ctx, configuration.location_constraint)?,
        };
        let locked = input.object_lock_enabled_for_bucket == Some(true);
        let name = input.bucket;
        if access.ownership != Ownership::Enforced {
            self.teller.will_share(&name);
        }
        ctx.write(|tx| {
            if let Some(known) = BUCKETS.get(tx, name.as_str())? {
                return taken(ctx, &name, &known);
            }
            let owner = platform::Scope { account: ctx.scope().account, region };
            // What a lock keeps are versions.
            let versioning = if locked { Versioning::Enabled } else { Versioning::Never };
            let created = ctx.now().floor_millis();
            let settings = Default::default();
            let is_tables = table.is_some();
            let table = table.map(tables::OfTable::into_arn);
            let mut bucket = Bucket {
                owner,
                created,
                versioning,
                mfa_delete: None,
                tags,
                settings,
                access,
                table,
            };
            BUCKETS.put(tx, name.as_str(), &bucket)?;
            if locked {
                let (at, setting) = ((name.as_str(), &mut bucket), Setting::ObjectLock);
                settings::put(tx, at, setting, lock::enabled())?;
            }
            if let Some(acl) = &acl {
                access::put_acl(tx, (name.as_str(), &mut bucket), acl)?;
            }
            // The files of a table are no bucket of the account's.
            if !is_tables {
                OWNED.put(tx, name.as_str(), &())?;
            }
            Ok(())
        })
        .await?;
        Ok(created(&name))
    }
}

fn created(name: &str) -> CreateBucketOutput {
    CreateBucketOutput { location: Some(format!("/{name}")), ..Default::default() }
}

fn refuse_unsupported(input: &CreateBucketInput) -> Result<()> {
    refuse!(input,
        bucket_namespace => "x-amz-bucket-namespace",
    );
    let configuration = input.create_bucket_configuration.as_ref();
    if configuration.is_some_and(|c| c.bucket.is_some() || c.location.is_some()) {
        return Err(error::not_implemented("CreateBucketConfiguration: directory buckets"));
    }
    Ok(())
}

/// Whose the objects are to be, and the list of grants, if the bucket is to have one.
async fn access_of(ctx: &Ctx, input: &CreateBucketInput) -> Result<(Access, Option<Acl>)> {
    let headers = AclHeaders { write: input.grant_write.as_deref(), ..acl_headers!(input) };
    let require = async |action: &str| {
        let arn = access::resources::arn(&input.bucket)?.to_string();
        let conditions: Vec<(&str, &str)> = headers.conditions().collect();
        platform::require_with(ctx, &s3_api::SERVICE, action, arn, &conditions).await
    };
    let owner = ctx.scope().account;
    let acl = headers.read(Owners { owner, bucket: owner })?;
    if acl.is_some() {
        require("s3:PutBucketAcl").await?;
    }
    let mut access = Access::default();
    if let Some(ownership) = input.object_ownership {
        require("s3:PutBucketOwnershipControls").await?;
        access.ownership = Ownership::of(ownership);
    }
    let Some(acl) = acl.filter(|acl| !acl.is_owners_only(owner)) else { return Ok((access, None)) };
    if access.ownership == Ownership::Enforced {
        return Err(acl::not_with_enforced());
    }
    if acl.is_public() {
        let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
        return Err(Fail::new("InvalidBucketAclWithBlockPublicAccessError", 400, message));
    }
    Ok((access, Some(acl)))
}

fn region(
    ctx: &Ctx,
    constraint: Option<s3_api::BucketLocationConstraint>,
) -> Result<platform::Region> {
    let here = ctx.region().as_str();
    let named = match constraint {
        Some(s3_api::BucketLocationConstraint::Eu) => Some("eu-west-1"),
        other => other.map(s3_api::BucketLocationConstraint::as_str),
    };
    let illegal = |named: &str| {
        Fail::new(
            "IllegalLocationConstraintException",
            400,
            format!(
                "The {named} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
        )
    };
    match named {
        None if here == CLASSIC_REGION => Ok(ctx.region().clone()),
        None => Err(illegal("unspecified")),
        // The classic endpoint creates buckets anywhere.
        Some(named) if named == here || here == CLASSIC_REGION => {
            named.parse().map_err(|_| illegal(named))
        }
        Some(named) => Err(illegal(named)),
    }
}

fn taken(ctx: &Ctx, name: &str, known: &Bucket) -> Result<()> {
    if known.owner.account != ctx.scope().account {
        let message = "The requested bucket name is not available. The bucket namespace is shared \
                       by all users of the system. Please select a different name and try again.";
        return Err(Fail::new("BucketAlreadyExists", 409, message).with("BucketName", name));
    }
    if ctx.region().as_str() == CLASSIC_REGION && known.owner.region == *ctx.region() {
        return Ok(());
    }
    let message = "Your previous request to create the named bucket succeeded and you already own \
                   it.";
    Err(Fail::new("BucketAlreadyOwnedByYou", 409, message).with("BucketName", name))
}
