//! `ListParts`: the parts of an upload so far.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{Initiator, ListParts, ListPartsInput, ListPartsOutput, Owner, Part, StorageClass};

use crate::checksum::{self, Algorithm, set_checksum};
use crate::encryption::{check_part_key, customer_key};
use crate::store::{self, PARTS};
use crate::{S3, list};

impl Handle<ListParts> for S3 {
    async fn handle(&self, ctx: &Ctx, input: ListPartsInput) -> Result<ListPartsOutput> {
        let given = customer_key!(ctx, input);
        let limit = list::limit(input.max_parts, "max-parts")?;
        let after = u32::try_from(input.part_number_marker.unwrap_or(0)).unwrap_or(0);
        let (name, key, upload_id) =
            (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
        let (bucket, upload, page) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let upload = store::upload(tx, name, key, upload_id)?;
            check_part_key(&upload, given.as_ref(), false)?;
            let scan = PARTS.scan(tx).prefix(&(upload_id,)).after(&(upload_id, after));
            Ok::<_, Fail>((bucket, upload, scan.page(limit)?))
        })?;
        let mut parts = Vec::new();
        for ((_, number), part) in &page.rows {
            let mut answer = Part {
                part_number: i32::try_from(*number).ok(),
                last_modified: Some(part.modified),
                e_tag: Some(format!("\"{}\"", part.etag)),
                size: i64::try_from(part.size).ok(),
                ..Default::default()
            };
            if upload.algorithm.is_some() {
                set_checksum!(answer, &part.checksum);
            }
            parts.push(answer);
        }
        let owner = crate::ops::bucket_owner(bucket.owner.account);
        let class = upload.storage_class.as_deref().and_then(StorageClass::parse);
        Ok(ListPartsOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(input.upload_id.clone()),
            part_number_marker: input.part_number_marker.or(Some(0)),
            next_part_number_marker: page
                .rows
                .last()
                .and_then(|((_, number), _)| i32::try_from(*number).ok()),
            max_parts: i32::try_from(limit).ok(),
            is_truncated: Some(page.more),
            parts: Some(parts).filter(|parts| !parts.is_empty()),
            initiator: Some(Initiator { id: Some(upload.initiator.clone()), display_name: None }),
            owner: Some(Owner { id: Some(owner), ..Default::default() }),
            storage_class: Some(class.unwrap_or(StorageClass::Standard)),
            checksum_algorithm: upload.algorithm.map(Algorithm::name),
            checksum_type: upload.algorithm.map(|_| checksum::kind_of(upload.full_object)),
            ..Default::default()
        })
    }
}
