//! `ListMultipartUploads`: the uploads of a bucket that are not complete.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>

use platform::{Ctx, Fail, Handle, ReadTx, Result};
use s3_api::{
    CommonPrefix, Initiator, ListMultipartUploads, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, MultipartUpload, Owner, StorageClass,
};

use crate::S3;
use crate::checksum::{self, Algorithm};
use crate::list::{self, common_prefix, encoded};
use crate::model::Upload;
use crate::store::{self, UPLOADS};

enum Item {
    Upload(String, String, Box<Upload>),
    Prefix(String),
}

impl Handle<ListMultipartUploads> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListMultipartUploadsInput,
    ) -> Result<ListMultipartUploadsOutput> {
        let limit = list::limit(input.max_uploads, "max-uploads")?;
        let name = input.bucket.as_str();
        let (bucket, items, truncated) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let (items, truncated) = page(tx, &input, limit)?;
            Ok::<_, Fail>((bucket, items, truncated))
        })?;
        let encoding = input.encoding_type;
        let encode = |text: &String| encoded(text, encoding);
        let owner = Owner {
            id: Some(crate::ops::bucket_owner(bucket.owner.account)),
            ..Default::default()
        };
        let (next_key_marker, next_upload_id_marker) = match items.last().filter(|_| truncated) {
            Some(Item::Upload(key, id, _)) => (Some(encode(key)), Some(id.clone())),
            Some(Item::Prefix(prefix)) => (Some(encode(prefix)), None),
            None => (None, None),
        };
        let (mut uploads, mut prefixes) = (Vec::new(), Vec::new());
        for item in items {
            match item {
                Item::Prefix(prefix) => {
                    prefixes.push(CommonPrefix { prefix: Some(encode(&prefix)) });
                }
                Item::Upload(key, id, upload) => {
                    let class = upload.storage_class.as_deref().and_then(StorageClass::parse);
                    uploads.push(MultipartUpload {
                        key: Some(encode(&key)),
                        upload_id: Some(id),
                        initiated: Some(upload.initiated),
                        storage_class: Some(class.unwrap_or(StorageClass::Standard)),
                        owner: Some(owner.clone()),
                        initiator: Some(Initiator {
                            id: Some(upload.initiator.clone()),
                            display_name: None,
                        }),
                        checksum_algorithm: upload.algorithm.map(Algorithm::name),
                        checksum_type: upload
                            .algorithm
                            .map(|_| checksum::kind_of(upload.full_object)),
                    });
                }
            }
        }
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            key_marker: Some(input.key_marker.as_ref().map(encode).unwrap_or_default()),
            upload_id_marker: Some(input.upload_id_marker.clone().unwrap_or_default()),
            next_key_marker,
            next_upload_id_marker,
            prefix: input.prefix.as_ref().map(encode),
            delimiter: input.delimiter.as_ref().map(encode),
            max_uploads: i32::try_from(limit).ok(),
            is_truncated: Some(truncated),
            uploads: Some(uploads).filter(|uploads| !uploads.is_empty()),
            common_prefixes: Some(prefixes).filter(|prefixes| !prefixes.is_empty()),
            encoding_type: encoding,
            request_charged: None,
        })
    }
}

/// A page of uploads, and whether there are more.
fn page(
    tx: &ReadTx<'_>,
    input: &ListMultipartUploadsInput,
    limit: usize,
) -> Result<(Vec<Item>, bool)> {
    let (name, prefix) = (input.bucket.as_str(), input.prefix.as_deref().unwrap_or_default());
    let delimiter = input.delimiter.as_deref();
    let mut items: Vec<Item> = Vec::new();
    if limit == 0 {
        return Ok((items, false));
    }
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let id_marker = input.upload_id_marker.as_deref().filter(|marker| !marker.is_empty());
    // Where to go on: after all uploads below a common prefix, or after one upload.
    let mut past_prefix: Option<String> = None;
    'skips: loop {
        let mut scan = UPLOADS.scan(tx).starting_with(&(name,), prefix);
        scan = match (&past_prefix, key_marker, id_marker) {
            (Some(common), ..) => scan.after_all(&(name,), common),
            (None, Some(key), Some(id)) => scan.after(&(name, key, id)),
            // Every upload of the marked key has an id that sorts below this.
            (None, Some(key), None) => match common_prefix(key, prefix, delimiter) {
                Some(common) if common == key => scan.after_all(&(name,), key),
                _ => scan.after(&(name, key, "\u{10FFFF}")),
            },
            (None, None, _) => scan,
        };
        for row in scan {
            let ((_, key, id), upload) = row?;
            if items.len() == limit {
                return Ok((items, true));
            }
            if let Some(common) = common_prefix(&key, prefix, delimiter) {
                past_prefix = Some(common.to_owned());
                items.push(Item::Prefix(common.to_owned()));
                continue 'skips;
            }
            items.push(Item::Upload(key, id, Box::new(upload)));
        }
        return Ok((items, false));
    }
}
