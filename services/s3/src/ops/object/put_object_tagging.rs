//! `PutObjectTagging`: replaces the tags of a version.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3_api::{PutObjectTagging, PutObjectTaggingInput, PutObjectTaggingOutput, Tag};

use super::headers::TAGS_MAX;
use crate::S3;

impl Handle<PutObjectTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutObjectTaggingInput,
    ) -> Result<PutObjectTaggingOutput> {
        let tags = tags_up_to(&input.tagging.tag_set, TAGS_MAX)?;
        let owner = input.expected_bucket_owner.as_ref();
        let version_id = super::get_object_tagging::set_tags(
            ctx,
            (&input.bucket, &input.key, input.version_id.as_deref()),
            owner,
            tags,
        )
        .await?;
        Ok(PutObjectTaggingOutput { version_id })
    }
}

/// Tags as a request gives them, checked.
pub(crate) fn tags_up_to(given: &[Tag], limit: usize) -> Result<Tags> {
    if given.len() > limit {
        let what = if limit == TAGS_MAX { "Object" } else { "Bucket" };
        let message = format!("{what} tags cannot be greater than {limit}");
        return Err(Fail::new("BadRequest", 400, message));
    }
    let mut tags = Tags::new();
    for Tag { key, value } in given {
        if key.is_empty() || key.chars().count() > 128 || !is_of_tags(key) {
            let message = "The TagKey you have provided is invalid";
            return Err(Fail::new("InvalidTag", 400, message).with("TagKey", key));
        }
        if value.chars().count() > 256 || !is_of_tags(value) {
            let message = "The TagValue you have provided is invalid";
            return Err(Fail::new("InvalidTag", 400, message).with("TagValue", value));
        }
        if key.starts_with("aws:") {
            let message = "System tags cannot be added/updated by requester";
            return Err(Fail::new("InvalidTag", 400, message).with("TagKey", key));
        }
        if tags.insert(key.as_str(), value.as_str()).is_some() {
            let message = "Cannot provide multiple Tags with the same key";
            return Err(Fail::new("InvalidTag", 400, message).with("TagKey", key));
        }
    }
    Ok(tags)
}

/// Letters, digits and spaces of any script, and a few signs.
fn is_of_tags(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_alphanumeric()
            || c.is_whitespace() && !c.is_control()
            || matches!(c, '+' | '-' | '=' | '.' | '_' | ':' | '/' | '@')
    })
}
