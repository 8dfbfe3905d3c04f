//! `ListObjectVersions`: every version and delete marker, newest first for each key.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>

use platform::{Ctx, Fail, Handle, ReadTx, Result};
use s3_api::{
    CommonPrefix, DeleteMarkerEntry, EncodingType, ListObjectVersions, ListObjectVersionsInput,
    ListObjectVersionsOutput, ObjectStorageClass, ObjectVersion, OptionalObjectAttributes, Owner,
};

use crate::list::{self, common_prefix, encoded};
use crate::model::Version;
use crate::store::{self, CURRENT, OLDER};
use crate::{S3, checksum, error, restore, versions};

/// One entry of the answer.
enum Item {
    Version { key: String, version: Box<Version>, latest: bool },
    Prefix(String),
}

struct Walk<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: Option<&'a str>,
    limit: usize,
    items: Vec<Item>,
}

impl Handle<ListObjectVersions> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListObjectVersionsInput,
    ) -> Result<ListObjectVersionsOutput> {
        let limit = list::limit(input.max_keys, "max-keys")?;
        let key_marker = input.key_marker.clone().filter(|marker| !marker.is_empty());
        let id_marker = input.version_id_marker.clone().filter(|marker| !marker.is_empty());
        if id_marker.is_some() && key_marker.is_none() {
            let message = "A version-id marker cannot be specified without a key marker.";
            return Err(error::invalid_argument("version-id-marker", "", message));
        }
        if let Some(id) = &id_marker {
            versions::check_id("version-id-marker", id)?;
        }
        let prefix = input.prefix.clone().unwrap_or_default();
        let name = input.bucket.as_str();
        let mut walk = Walk {
            bucket: name,
            prefix: &prefix,
            delimiter: input.delimiter.as_deref(),
            limit,
            items: Vec::new(),
        };
        let (bucket, truncated) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let more = walk.run(tx, key_marker.as_deref(), id_marker.as_deref())?;
            Ok::<_, Fail>((bucket, more))
        })?;
        let encoding = input.encoding_type;
        let owner = Owner {
            id: Some(crate::ops::bucket_owner(bucket.owner.account)),
            ..Default::default()
        };
        let mut output = ListObjectVersionsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(encoded(&prefix, encoding)),
            key_marker: Some(
                input.key_marker.as_ref().map(|m| encoded(m, encoding)).unwrap_or_default(),
            ),
            version_id_marker: Some(input.version_id_marker.clone().unwrap_or_default()),
            delimiter: input.delimiter.as_ref().map(|d| encoded(d, encoding)),
            max_keys: i32::try_from(limit).ok(),
            is_truncated: Some(truncated),
            encoding_type: encoding,
            ..Default::default()
        };
        if truncated {
            match walk.items.last() {
                Some(Item::Version { key, version, .. }) => {
                    output.next_key_marker = Some(encoded(key, encoding));
                    output.next_version_id_marker = Some(versions::place_of(version));
                }
                Some(Item::Prefix(prefix)) => {
                    output.next_key_marker = Some(encoded(prefix, encoding));
                }
                None => {}
            }
        }
        let asked = input.optional_object_attributes.unwrap_or_default();
        fill(&mut output, walk.items, encoding, (&owner, &asked));
        Ok(output)
    }
}

impl Walk<'_> {
    /// Collects a page; the answer is whether there is more.
    fn run(
        &mut self,
        tx: &ReadTx<'_>,
        key_marker: Option<&str>,
        id_marker: Option<&str>,
    ) -> Result<bool> {
        if self.limit == 0 {
            return Ok(false);
        }
        let mut after = key_marker.map(str::to_owned);
        if let (Some(key), Some(id)) = (key_marker, id_marker)
            && key.starts_with(self.prefix)
            && common_prefix(key, self.prefix, self.delimiter).is_none()
        {
            let below = self.sequence_of(tx, key, id)?;
            if self.rest_of(tx, key, below)? {
                return Ok(true);
            }
        }
        'skips: loop {
            let mut scan = CURRENT.scan(tx).starting_with(&(self.bucket,), self.prefix);
            if let Some(after) = &after {
                scan = match common_prefix(after, self.prefix, self.delimiter) {
                    Some(whole) if whole == after => scan.after_all(&(self.bucket,), after),
                    _ => scan.after(&(self.bucket, after.as_str())),
                };
            }
            for key in scan.keys() {
                let (_, key) = key?;
                if let Some(common) = common_prefix(&key, self.prefix, self.delimiter) {
                    if self.items.len() == self.limit {
                        return Ok(true);
                    }
                    self.items.push(Item::Prefix(common.to_owned()));
                    after = Some(common.to_owned());
                    continue 'skips;
                }
                if self.rest_of(tx, &key, None)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
    }

    /// The sequence that an id tells. `null` tells none: what is not there any more is nowhere, and
    /// the key is listed from its newest version on.
    fn sequence_of(&self, tx: &ReadTx<'_>, key: &str, id: &str) -> Result<Option<u64>> {
        if let Some(sequence) = versions::sequence_of(id) {
            return Ok(Some(sequence));
        }
        Ok(store::find(tx, self.bucket, key, Some(id))?.map(|version| version.sequence))
    }

    /// The versions of a key older than a sequence, or all. True when the page is full before the
    /// end.
    fn rest_of(&mut self, tx: &ReadTx<'_>, key: &str, below: Option<u64>) -> Result<bool> {
        let current = CURRENT.get(tx, &(self.bucket, key))?;
        let current = current.filter(|version| below.is_none_or(|below| version.sequence < below));
        let current = current.map(|version| (version, true));
        let mut older = OLDER.scan(tx).prefix(&(self.bucket, key));
        if let Some(below) = below {
            older = older.after(&(self.bucket, key, !below));
        }
        let older = older.map(|row| row.map(|(_, version)| (version, false)));
        for row in current.map(Ok).into_iter().chain(older) {
            let (version, latest) = row?;
            if self.items.len() == self.limit {
                return Ok(true);
            }
            let version = Box::new(version);
            self.items.push(Item::Version { key: key.to_owned(), version, latest });
        }
        Ok(false)
    }
}

fn fill(
    output: &mut ListObjectVersionsOutput,
    items: Vec<Item>,
    encoding: Option<EncodingType>,
    (owner, asked): (&Owner, &[OptionalObjectAttributes]),
) {
    for item in items {
        match item {
            Item::Prefix(prefix) => output
                .common_prefixes
                .get_or_insert_default()
                .push(CommonPrefix { prefix: Some(encoded(&prefix, encoding)) }),
            Item::Version { key, version, latest } if version.delete_marker => {
                output.delete_markers.get_or_insert_default().push(DeleteMarkerEntry {
                    key: Some(encoded(&key, encoding)),
                    version_id: Some(version.id_text().to_owned()),
                    is_latest: Some(latest),
                    last_modified: Some(version.modified),
                    owner: Some(owner.clone()),
                });
            }
            Item::Version { key, version, latest } => {
                let class = version.storage_class.as_deref().and_then(ObjectStorageClass::parse);
                output.versions.get_or_insert_default().push(ObjectVersion {
                    key: Some(encoded(&key, encoding)),
                    version_id: Some(version.id_text().to_owned()),
                    is_latest: Some(latest),
                    last_modified: Some(version.modified),
                    e_tag: Some(version.quoted_etag()),
                    size: i64::try_from(version.size).ok(),
                    storage_class: Some(class.unwrap_or(ObjectStorageClass::Standard)),
                    owner: Some(owner.clone()),
                    checksum_algorithm: version
                        .checksum
                        .as_ref()
                        .map(|checksum| vec![checksum.algorithm.name()]),
                    checksum_type: version.checksum.as_ref().map(checksum::kind),
                    restore_status: restore::told(version.restore.as_ref(), asked),
                });
            }
        }
    }
}
