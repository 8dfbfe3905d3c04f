//! `GetObjectAttributes`: chosen facts about an object, its parts and checksum among them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    Checksum, GetObjectAttributes, GetObjectAttributesInput, GetObjectAttributesOutput,
    GetObjectAttributesParts, ObjectAttributes, ObjectPart, StorageClass,
};

use crate::checksum::{self, set_checksum};
use crate::encryption::{check_given, customer_key};
use crate::model::{Version, Versioning};
use crate::{S3, list, names, store};

impl Handle<GetObjectAttributes> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetObjectAttributesInput,
    ) -> Result<GetObjectAttributesOutput> {
        names::check_key(&input.key)?;
        let given = customer_key!(ctx, input);
        // AWS asks for the right to read besides.
        let version = input.version_id.as_deref();
        let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        super::require(ctx, action, (&input.bucket, &input.key), version).await?;
        let found = ctx.read(|tx| {
            let owner = input.expected_bucket_owner.as_ref();
            let bucket = store::bucket(ctx, tx, &input.bucket, owner)?;
            let id = input.version_id.as_deref();
            let version = store::readable(tx, &input.bucket, &input.key, id)?;
            Ok::<_, platform::Fail>((bucket, version))
        });
        let (bucket, version) = match found {
            Ok(found) => found,
            Err(fail) => return Err(super::missing(ctx, &input.bucket, fail).await),
        };
        check_given(&version, given.as_ref())?;
        let asked = |attribute| input.object_attributes.contains(&attribute);
        let mut output = GetObjectAttributesOutput {
            last_modified: Some(version.modified.floor_secs()),
            version_id: (bucket.versioning != Versioning::Never)
                .then(|| version.id_text().to_owned()),
            ..Default::default()
        };
        if asked(ObjectAttributes::ETag) {
            output.e_tag = Some(version.etag.clone());
        }
        if asked(ObjectAttributes::ObjectSize) {
            output.object_size = i64::try_from(version.size).ok();
        }
        if asked(ObjectAttributes::StorageClass) {
            let class = version.storage_class.as_deref().and_then(StorageClass::parse);
            output.storage_class = Some(class.unwrap_or(StorageClass::Standard));
        }
        if asked(ObjectAttributes::Checksum)
            && let Some(known) = &version.checksum
        {
            let mut answer =
                Checksum { checksum_type: Some(checksum::kind(known)), ..Default::default() };
            // Here AWS leaves out of how many parts one made of checksums is.
            let value = known.value.split_once('-').map_or(known.value.as_str(), |(bare, _)| bare);
            let bare = checksum::Checksum { value: value.to_owned(), ..known.clone() };
            set_checksum!(answer, Some(&bare));
            output.checksum = Some(answer);
        }
        if asked(ObjectAttributes::ObjectParts) && !version.parts.is_empty() {
            let limit = list::limit(input.max_parts, "max-parts")?;
            let after = input.part_number_marker;
            output.object_parts = Some(parts(&version, limit, after.unwrap_or(0)));
        }
        Ok(output)
    }
}

fn parts(version: &Version, limit: usize, after: i32) -> GetObjectAttributesParts {
    let mut rest = version.parts.iter().filter(|part| part.number > after).peekable();
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let mut answer = GetObjectAttributesParts {
        total_parts_count: i32::try_from(version.parts.len()).ok(),
        is_truncated: Some(rest.peek().is_some()),
        max_parts: i32::try_from(limit).ok(),
        part_number_marker: Some(after),
        next_part_number_marker: page.last().map(|part| part.number),
        parts: None,
    };
    // AWS tells parts one by one only where they have checksums of their own.
    if version.parts.iter().any(|part| part.checksum.is_some()) {
        let describe = |part: &&crate::model::PartOf| {
            let mut answer = ObjectPart {
                part_number: Some(part.number),
                size: i64::try_from(part.size).ok(),
                ..Default::default()
            };
            set_checksum!(answer, &part.checksum);
            answer
        };
        answer.parts = Some(page.iter().map(describe).collect());
    }
    answer
}
