//! `GetObjectTagging`: the tags of a version.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3_api::{GetObjectTagging, GetObjectTaggingInput, GetObjectTaggingOutput, Tag};

use crate::changes::Change;
use crate::model::Versioning;
use crate::{S3, changes, names, store};

impl Handle<GetObjectTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetObjectTaggingInput,
    ) -> Result<GetObjectTaggingOutput> {
        names::check_key(&input.key)?;
        let found = ctx.read(|tx| {
            let owner = input.expected_bucket_owner.as_ref();
            let bucket = store::bucket(ctx, tx, &input.bucket, owner)?;
            let id = input.version_id.as_deref();
            let version = store::readable(tx, &input.bucket, &input.key, id)?;
            Ok(GetObjectTaggingOutput {
                tag_set: tag_set(&version.tags),
                version_id: (bucket.versioning != Versioning::Never)
                    .then(|| version.id_text().to_owned()),
            })
        });
        match found {
            Ok(found) => Ok(found),
            Err(fail) => Err(super::missing(ctx, &input.bucket, fail).await),
        }
    }
}

/// Tags as an answer gives them.
pub(crate) fn tag_set(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

/// Replaces the tags of a version; the answer is its id, where the bucket keeps versions.
pub(crate) async fn set_tags(
    ctx: &Ctx,
    (name, key, id): (&str, &str, Option<&str>),
    owner: Option<&String>,
    tags: Tags,
) -> Result<Option<String>> {
    names::check_key(key)?;
    ctx.write(|tx| {
        let bucket = store::bucket(ctx, tx, name, owner)?;
        let mut version = store::readable(tx, name, key, id)?;
        let change = if tags.is_empty() { Change::Untagged } else { Change::Tagged };
        version.tags = tags;
        store::save(tx, name, key, &version)?;
        changes::note(ctx, tx, (name, &bucket), key, change, &version)?;
        let version_id = version.id_text().to_owned();
        Ok::<_, Fail>((bucket.versioning != Versioning::Never).then_some(version_id))
    })
    .await
}
