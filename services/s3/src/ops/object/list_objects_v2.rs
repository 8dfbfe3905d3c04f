//! `ListObjectsV2`: the keys of a bucket, in pages, in the order of their bytes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use platform::{Ctx, Handle, Result, decode_token, encode_token};
use s3_api::{CommonPrefix, ListObjectsV2, ListObjectsV2Input, ListObjectsV2Output, Owner};

use super::list_objects::object;
use crate::list::{self, Entry, Listing, Start, encoded};
use crate::{S3, error, store};

impl Handle<ListObjectsV2> for S3 {
    async fn handle(&self, ctx: &Ctx, input: ListObjectsV2Input) -> Result<ListObjectsV2Output> {
        let limit = list::limit(input.max_keys, "max-keys")?;
        let name = input.bucket.as_str();
        let list_name = format!("ListObjectsV2/{name}");
        let start = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => Start::After(decode_token(&list_name, token).ok_or_else(|| {
                error::invalid_argument(
                    "continuation-token",
                    token,
                    "The continuation token provided is incorrect",
                )
            })?),
            (None, Some(after)) if !after.is_empty() => Start::After(after.clone()),
            _ => Start::Beginning,
        };
        let prefix = input.prefix.clone().unwrap_or_default();
        let expected_owner = input.expected_bucket_owner.as_ref();
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, name, expected_owner))?;
        let delimiter = input.delimiter.as_deref();
        let listing = Listing { bucket: name, prefix: &prefix, delimiter, start, limit };
        let listed = list::current(ctx, &listing).await?;
        let last = listed.entries.last().filter(|_| listed.truncated);
        let next_continuation_token = last.map(|entry| encode_token(&list_name, entry.name()));
        let encoding = input.encoding_type;
        let owner = input.fetch_owner.unwrap_or(false).then(|| Owner {
            id: Some(crate::ops::bucket_owner(bucket.owner.account)),
            ..Default::default()
        });
        let asked = input.optional_object_attributes.unwrap_or_default();
        let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
        let count = listed.entries.len();
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
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(encoded(&prefix, encoding)),
            delimiter: input.delimiter.as_ref().map(encode),
            max_keys: i32::try_from(limit).ok(),
            key_count: i32::try_from(count).ok(),
            is_truncated: Some(listed.truncated),
            contents: Some(contents).filter(|contents| !contents.is_empty()),
            common_prefixes: Some(prefixes).filter(|prefixes| !prefixes.is_empty()),
            continuation_token: input.continuation_token,
            next_continuation_token,
            start_after: input.start_after.as_ref().map(encode),
            encoding_type: encoding,
            request_charged: None,
        })
    }
}
