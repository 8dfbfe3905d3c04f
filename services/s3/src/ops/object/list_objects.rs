//! `ListObjects`: the keys of a bucket, in pages; the older form.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    ChecksumAlgorithm, CommonPrefix, EncodingType, ListObjects, ListObjectsInput,
    ListObjectsOutput, Object, ObjectStorageClass, OptionalObjectAttributes, Owner,
};

use crate::list::{self, Brief, Entry, Listing, Start, encoded};
use crate::{S3, checksum, restore, store};

impl Handle<ListObjects> for S3 {
    async fn handle(&self, ctx: &Ctx, input: ListObjectsInput) -> Result<ListObjectsOutput> {
        let limit = list::limit(input.max_keys, "max-keys")?;
        let name = input.bucket.as_str();
        let prefix = input.prefix.clone().unwrap_or_default();
        let start = match &input.marker {
            Some(marker) if !marker.is_empty() => Start::After(marker.clone()),
            _ => Start::Beginning,
        };
        let expected_owner = input.expected_bucket_owner.as_ref();
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, name, expected_owner))?;
        let delimiter = input.delimiter.as_deref();
        let listing = Listing { bucket: name, prefix: &prefix, delimiter, start, limit };
        let listed = list::current(ctx, &listing).await?;
        let encoding = input.encoding_type;
        // AWS names the next marker only where a delimiter may have made prefixes of keys.
        let last = listed.entries.last().filter(|_| listed.truncated && input.delimiter.is_some());
        let next_marker = last.map(|entry| encoded(entry.name(), encoding));
        let owner = Some(Owner {
            id: Some(crate::ops::bucket_owner(bucket.owner.account)),
            ..Default::default()
        });
        let asked = input.optional_object_attributes.unwrap_or_default();
        let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
        for entry in listed.entries {
            match entry {
                Entry::Key(key, version) => {
                    contents.push(object(key, version, encoding, &owner, &asked));
                }
                Entry::Prefix(prefix) => {
                    prefixes.push(CommonPrefix { prefix: Some(encoded(prefix, encoding)) });
                }
            }
        }
        let encode = |text: &String| encoded(text, encoding);
        Ok(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: Some(encoded(&prefix, encoding)),
            marker: Some(input.marker.as_ref().map(encode).unwrap_or_default()),
            next_marker,
            delimiter: input.delimiter.as_ref().map(encode),
            max_keys: i32::try_from(limit).ok(),
            is_truncated: Some(listed.truncated),
            contents: Some(contents).filter(|contents| !contents.is_empty()),
            common_prefixes: Some(prefixes).filter(|prefixes| !prefixes.is_empty()),
            encoding_type: encoding,
            request_charged: None,
        })
    }
}

/// A version as listings describe it.
pub(crate) fn object(
    key: String,
    version: Brief,
    encoding: Option<EncodingType>,
    owner: &Option<Owner>,
    asked: &[OptionalObjectAttributes],
) -> Object {
    let class = version.storage_class.as_deref().and_then(ObjectStorageClass::parse);
    let checksum = version.checksum;
    let algorithms = checksum.map(|c| -> Vec<ChecksumAlgorithm> { vec![c.algorithm.name()] });
    Object {
        key: Some(encoded(key, encoding)),
        last_modified: Some(version.modified),
        e_tag: Some(version.etag),
        size: i64::try_from(version.size).ok(),
        storage_class: Some(class.unwrap_or(ObjectStorageClass::Standard)),
        checksum_algorithm: algorithms,
        checksum_type: checksum.map(|c| checksum::kind_of(c.full_object)),
        owner: owner.clone(),
        restore_status: restore::told(version.restore.as_ref(), asked),
    }
}
