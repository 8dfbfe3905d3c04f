//! `DeleteObjects`: removes up to a thousand keys and reports each.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteObjects, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error};

use crate::refuse::refuse;
use crate::{S3, condition, error, lock, mfa, names, store, versions};

/// Keys of one call.
const KEYS_MAX: usize = 1_000;

impl Handle<DeleteObjects> for S3 {
    async fn handle(&self, ctx: &Ctx, input: DeleteObjectsInput) -> Result<DeleteObjectsOutput> {
        let name = input.bucket.as_str();
        let objects = &input.delete.objects;
        if objects.is_empty() || objects.len() > KEYS_MAX {
            return Err(error::malformed_xml());
        }
        for object in objects {
            refuse!(object, last_modified_time => "LastModifiedTime", size => "Size");
        }
        let bypass = input.bypass_governance_retention;
        let shown = mfa::shown(ctx, input.mfa.as_deref()).await?;
        let rights = rights(ctx, name, objects, bypass).await?;
        let quiet = input.delete.quiet == Some(true);
        let mut output = DeleteObjectsOutput::default();
        let (mut deleted, mut errors, mut freed) = (Vec::new(), Vec::new(), Vec::new());
        ctx.write(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lock::check_bypass(&bucket, bypass)?;
            for (object, right) in objects.iter().zip(&rights) {
                let cause = match right {
                    Ok(cause) => *cause,
                    Err(fail) => {
                        errors.push(failed(object, fail));
                        continue;
                    }
                };
                let one = || -> Result<versions::Deleted> {
                    let id = object.version_id.as_deref();
                    if let Some(tags) = object.e_tag.as_deref() {
                        let meant = store::find(tx, name, &object.key, id)?;
                        condition::check_write(&object.key, meant.as_ref(), Some(tags), None)?;
                    }
                    match id {
                        Some(id) => {
                            mfa::check(&bucket, shown)?;
                            let at = (name, &bucket);
                            versions::delete_version(ctx, tx, at, &object.key, id, cause)
                        }
                        None => versions::delete(ctx, tx, (name, &bucket), &object.key),
                    }
                };
                match one() {
                    Ok(done) => {
                        freed.extend(done.freed);
                        deleted.push(report(object, done.delete_marker, done.version_id));
                    }
                    // What the store cannot do fails the whole call; nothing has changed then.
                    Err(fail) if !fail.is_sender() => return Err(fail),
                    Err(fail) => errors.push(failed(object, &fail)),
                }
            }
            Ok::<_, Fail>(())
        })
        .await?;
        self.free(freed).await;
        if !quiet {
            output.deleted = Some(deleted);
        }
        output.errors = Some(errors).filter(|errors| !errors.is_empty());
        Ok(output)
    }
}

/// Whether each key may be deleted, and by which right: one that may not fails alone.
async fn rights(
    ctx: &Ctx,
    bucket: &str,
    objects: &[s3_api::ObjectIdentifier],
    bypass: Option<bool>,
) -> Result<Vec<Result<versions::Cause>>> {
    let mut rights = Vec::with_capacity(objects.len());
    for object in objects {
        let version = object.version_id.as_deref();
        let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let right = match names::check_key(&object.key) {
            Ok(()) => super::require(ctx, action, (bucket, &object.key), version).await,
            too_long => too_long,
        };
        let right = match right {
            Ok(()) => lock::cause(ctx, (bucket, &object.key), bypass).await,
            Err(fail) => Err(fail),
        };
        match right {
            Err(fail) if !fail.is_sender() => return Err(fail),
            right => rights.push(right),
        }
    }
    Ok(rights)
}

fn failed(object: &s3_api::ObjectIdentifier, fail: &Fail) -> Error {
    Error {
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
        code: Some(fail.code().to_owned()),
        message: Some(fail.message().to_owned()),
    }
}

fn report(
    object: &s3_api::ObjectIdentifier,
    delete_marker: bool,
    version_id: Option<String>,
) -> DeletedObject {
    DeletedObject {
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
        delete_marker: delete_marker.then_some(true),
        delete_marker_version_id: version_id.filter(|_| delete_marker),
    }
}
