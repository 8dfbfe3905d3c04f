//! `DeleteObjects`: removes up to a thousand keys and reports each.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteObjects, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error};

use crate::refuse::refuse;
use crate::{S3, condition, error, names, store, versions};

/// Keys of one call.
const KEYS_MAX: usize = 1_000;

impl Handle<DeleteObjects> for S3 {
    async fn handle(&self, ctx: &Ctx, input: DeleteObjectsInput) -> Result<DeleteObjectsOutput> {
        refuse!(input, mfa => "x-amz-mfa");
        let name = input.bucket.as_str();
        let objects = &input.delete.objects;
        if objects.is_empty() || objects.len() > KEYS_MAX {
            return Err(error::malformed_xml());
        }
        let quiet = input.delete.quiet == Some(true);
        let mut output = DeleteObjectsOutput::default();
        let (mut deleted, mut errors, mut freed) = (Vec::new(), Vec::new(), Vec::new());
        ctx.write(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            for object in objects {
                let one = || -> Result<versions::Deleted> {
                    names::check_key(&object.key)?;
                    let id = object.version_id.as_deref();
                    if let Some(tags) = object.e_tag.as_deref() {
                        let meant = store::find(tx, name, &object.key, id)?;
                        condition::check_write(&object.key, meant.as_ref(), Some(tags), None)?;
                    }
                    match id {
                        Some(id) => versions::delete_version(tx, name, &object.key, id),
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
                    Err(fail) => errors.push(Error {
                        key: Some(object.key.clone()),
                        version_id: object.version_id.clone(),
                        code: Some(fail.code().to_owned()),
                        message: Some(fail.message().to_owned()),
                    }),
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
