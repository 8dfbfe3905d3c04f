//! Operations on objects and their versions.

pub(crate) mod copy_object;
mod delete_object;
mod delete_object_tagging;
mod delete_objects;
mod get_object;
mod get_object_acl;
mod get_object_attributes;
mod get_object_legal_hold;
mod get_object_retention;
pub(crate) mod get_object_tagging;
mod head_object;
pub(crate) mod headers;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod post_object;
pub(crate) mod put_object;
mod put_object_acl;
mod put_object_legal_hold;
mod put_object_retention;
pub(crate) mod put_object_tagging;
pub(crate) mod range;
mod restore_object;
mod select_object_content;
mod update_object_encryption;

pub(crate) use headers::{HeaderInput, headers_of};

use platform::{Arn, Ctx, Fail, Result, ServiceBuilder, Tags};

use crate::access::acl::AclHeaders;
use crate::{S3, error};

pub(crate) fn register(room: ServiceBuilder<S3>) -> ServiceBuilder<S3> {
    room.op::<s3_api::CopyObject>()
        .op::<s3_api::DeleteObject>()
        .op::<s3_api::DeleteObjectTagging>()
        .op::<s3_api::DeleteObjects>()
        .op::<s3_api::GetObject>()
        .op::<s3_api::GetObjectAcl>()
        .op::<s3_api::GetObjectAttributes>()
        .op::<s3_api::GetObjectLegalHold>()
        .op::<s3_api::GetObjectRetention>()
        .op::<s3_api::GetObjectTagging>()
        .op::<s3_api::HeadObject>()
        .op::<s3_api::ListObjectVersions>()
        .op::<s3_api::ListObjects>()
        .op::<s3_api::ListObjectsV2>()
        .op::<s3_api::PostObject>()
        .op::<s3_api::PutObject>()
        .op::<s3_api::PutObjectAcl>()
        .op::<s3_api::PutObjectLegalHold>()
        .op::<s3_api::PutObjectRetention>()
        .op::<s3_api::PutObjectTagging>()
        .op::<s3_api::RestoreObject>()
        .op::<s3_api::SelectObjectContent>()
        .op::<s3_api::UpdateObjectEncryption>()
}

/// Asks for an action on an object that only the request's contents name.
pub(crate) async fn require(
    ctx: &Ctx,
    action: &str,
    object: (&str, &str),
    version_id: Option<&str>,
) -> Result<()> {
    let version = version_id.map(|id| ("s3:versionid", id));
    ask(ctx, action, object, version.as_slice()).await
}

/// An object that is stored with tags needs the right to tag it too.
pub(crate) async fn may_tag(ctx: &Ctx, object: (&str, &str), tags: &Tags) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let keys: Vec<String> =
        tags.iter().map(|(key, _)| format!("s3:requestobjecttag/{key}")).collect();
    let mut conditions = Vec::new();
    for (name, (key, value)) in keys.iter().zip(tags.iter()) {
        conditions.push((name.as_str(), value));
        conditions.push(("s3:requestobjecttagkeys", key));
    }
    ask(ctx, "s3:PutObjectTagging", object, &conditions).await
}

/// An object that is stored with a list of grants needs the right to put one too.
pub(crate) async fn may_put_acl(
    ctx: &Ctx,
    object: (&str, &str),
    headers: AclHeaders<'_>,
) -> Result<()> {
    if !headers.any() {
        return Ok(());
    }
    let conditions: Vec<(&str, &str)> = headers.conditions().collect();
    ask(ctx, "s3:PutObjectAcl", object, &conditions).await
}

/// What is answered where an object is not there: who may not list the bucket is not told so.
pub(crate) async fn missing(ctx: &Ctx, bucket: &str, fail: Fail) -> Fail {
    if !fail.is("NoSuchKey") && !fail.is("NoSuchVersion") {
        return fail;
    }
    let listing = match crate::access::resources::arn(bucket) {
        Ok(arn) => platform::require(ctx, &s3_api::SERVICE, "s3:ListBucket", arn.to_string()).await,
        Err(fail) => Err(fail),
    };
    listing.err().unwrap_or(fail)
}

async fn ask(
    ctx: &Ctx,
    action: &str,
    (bucket, key): (&str, &str),
    conditions: &[(&str, &str)],
) -> Result<()> {
    let partition = ctx.scope().partition();
    let arn = Arn::from_parts(partition.as_str(), "s3", "", "", &format!("{bucket}/{key}"))
        .map_err(|_| error::invalid_request("The object has no name"))?;
    platform::require_with(ctx, &s3_api::SERVICE, action, arn.to_string(), conditions).await
}
