//! `CreateBucket`: claims a name.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3_api::{CreateBucket, CreateBucketInput, CreateBucketOutput};

use crate::model::{Bucket, Versioning};
use crate::refuse::refuse;
use crate::store::{BUCKETS, OWNED};
use crate::{S3, error, names};

/// Where a bucket may be created without naming its region, and again without an error.
const CLASSIC_REGION: &str = "us-east-1";

impl Handle<CreateBucket> for S3 {
    async fn handle(&self, ctx: &Ctx, input: CreateBucketInput) -> Result<CreateBucketOutput> {
        names::check_bucket(&input.bucket)?;
        refuse_unsupported(&input)?;
        let configuration = input.create_bucket_configuration.unwrap_or_default();
        let tags = configuration.tags.as_ref().map(|tags| super::put_bucket_tagging::tags(tags));
        let tags = tags.transpose()?.filter(|tags: &Tags| !tags.is_empty());
        let region = region(ctx, configuration.location_constraint)?;
        let name = input.bucket;
        ctx.write(|tx| {
            if let Some(known) = BUCKETS.get(tx, name.as_str())? {
                return taken(ctx, &name, &known);
            }
            let owner = platform::Scope { account: ctx.scope().account, region };
            let versioning = Versioning::Never;
            let created = ctx.now().floor_millis();
            let settings = Default::default();
            let bucket = Bucket { owner, created, versioning, tags, settings };
            BUCKETS.put(tx, name.as_str(), &bucket)?;
            OWNED.put(tx, name.as_str(), &())?;
            Ok(())
        })
        .await?;
        Ok(CreateBucketOutput { location: Some(format!("/{name}")), ..Default::default() })
    }
}

fn refuse_unsupported(input: &CreateBucketInput) -> Result<()> {
    refuse!(input,
        grant_full_control => "x-amz-grant-full-control",
        grant_read => "x-amz-grant-read",
        grant_read_acp => "x-amz-grant-read-acp",
        grant_write => "x-amz-grant-write",
        grant_write_acp => "x-amz-grant-write-acp",
        bucket_namespace => "x-amz-bucket-namespace",
    );
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(error::not_implemented("x-amz-bucket-object-lock-enabled"));
    }
    if input.acl.is_some_and(|acl| acl != s3_api::BucketCannedACL::Private) {
        return Err(Fail::new(
            "InvalidBucketAclWithObjectOwnership",
            400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    if input
        .object_ownership
        .is_some_and(|ownership| ownership != s3_api::ObjectOwnership::BucketOwnerEnforced)
    {
        return Err(error::not_implemented("x-amz-object-ownership"));
    }
    let configuration = input.create_bucket_configuration.as_ref();
    if configuration.is_some_and(|c| c.bucket.is_some() || c.location.is_some()) {
        return Err(error::not_implemented("CreateBucketConfiguration: directory buckets"));
    }
    Ok(())
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
