//! `CopyObject`: a new object from the bytes of another.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use aquifer_object::Written;
use futures::StreamExt;
use platform::{Ctx, Fail, Handle, ReadTx, Result};
use s3_api::{
    CopyObject, CopyObjectInput, CopyObjectOutput, CopyObjectResult, MetadataDirective,
    TaggingDirective,
};

use super::headers::{header_input, headers_of};
use crate::access::acl::{self, acl_headers};
use crate::changes::By;
use crate::checksum::{self, Algorithm, Checksum, set_checksum};
use crate::condition::{self, ReadIf};
use crate::copy_source::CopySource;
use crate::encryption::{self, CustomerKey, source_key};
use crate::lock::{self, lock_headers};
use crate::model::{Bucket, Headers, Version, Versioning};
use crate::receive::{BODY_BYTES_MAX, Keep};
use crate::{S3, classes, error, lifecycle, names, store, tiering, usage, versions};

impl Handle<CopyObject> for S3 {
    async fn handle(&self, ctx: &Ctx, mut input: CopyObjectInput) -> Result<CopyObjectOutput> {
        names::check_key(&input.key)?;
        let asked = encryption::asked!(ctx, input)?;
        let source_key = source_key!(ctx, input);
        let storage_class = classes::asked(input.storage_class)?;
        let mut source = CopySource::parse(&input.copy_source)?;
        let reading = self.points.source(ctx, &mut source.bucket)?;
        may_read(&reading, &source).await?;
        let replace = input.metadata_directive == Some(MetadataDirective::Replace);
        let retag = input.tagging_directive == Some(TaggingDirective::Replace);
        let given = headers_of(header_input!(input))?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let defaults = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            encryption::defaults(tx, (name, &bucket))
        })?;
        let to_itself_unchanged = source.bucket == input.bucket
            && source.key == input.key
            && source.version_id.is_none()
            && !replace
            && given.0.website_redirect_location.is_none()
            && !asked.anything()
            && !defaults.configured;
        let find = || {
            let found = find(ctx, &input, &source)?;
            if to_itself_unchanged && storage_class == found.from.storage_class {
                return Err(error::invalid_request(
                    "This copy request is illegal because it is trying to copy an object to itself \
                     without changing the object's metadata, storage class, website redirect \
                     location or encryption attributes.",
                ));
            }
            self.check_size(found.from.size)?;
            Ok(found)
        };
        let to_be_set = if retag { given.1.clone() } else { find()?.from.tags };
        if !retag && !to_be_set.is_empty() {
            may_read_tags(&reading, &source).await?;
        }
        super::may_tag(ctx, (&input.bucket, &input.key), &to_be_set).await?;
        let acl_headers = acl_headers!(input);
        let locking = lock_headers!(input);
        lock::may_set(ctx, (&input.bucket, &input.key), locking).await?;
        super::may_put_acl(ctx, (&input.bucket, &input.key), acl_headers).await?;
        let find = || {
            let found = find()?;
            // Policies were asked about the tags that were there then.
            let changed = !retag && found.from.tags != to_be_set;
            if changed { Err(error::operation_aborted()) } else { Ok(found) }
        };
        let sealing = self.seal(ctx, (name, key), &asked, &defaults).await?;
        let keys = CopyKeys {
            source: (&source.bucket, &source.key),
            given: source_key.as_ref(),
            keep: Keep {
                key: Some(&sealing.key),
                at: (name, key),
                class: classes::Class::of(storage_class.as_deref()),
            },
        };
        let (Source { from, bucket: source_bucket, algorithm, .. }, written) =
            self.copy_bytes(ctx, find, keys).await?;
        let value = algorithm.pick(&written.digests).unwrap_or_default();
        let put = self
            .name(ctx, &written.blob, |tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let current = store::find(tx, name, key, None)?;
                let (if_match, if_none_match) = (&input.if_match, &input.if_none_match);
                condition::check_write(
                    key,
                    current.as_ref(),
                    if_match.as_deref(),
                    if_none_match.as_deref(),
                )?;
                let (headers, tags) = given;
                let (owner, acl) = acl::of_new(ctx, (name, &bucket), key, acl_headers)?;
                let version = Version {
                    blob: written.blob.clone(),
                    size: written.size,
                    etag: sealing.encryption.etag(ctx, written.digests.md5),
                    encryption: Some(sealing.encryption.clone()),
                    headers: if replace { headers } else { kept(&from, headers) },
                    storage_class,
                    checksum: Some(Checksum { algorithm, value, full_object: true }),
                    tags: if retag { tags } else { from.tags.clone() },
                    acl,
                    lock: lock::of_new(ctx, tx, (name, &bucket), locking)?,
                    ..Version::new(owner, ctx.now().floor_millis())
                };
                let put = versions::put(ctx, tx, (name, &bucket), key, version, By::Copy)?;
                Ok::<_, Fail>((bucket, put))
            })
            .await;
        let (bucket, (version, freed)) = put?;
        self.free(freed).await;
        tiering::touch(ctx, &source.bucket, &source.key, &from).await?;
        classes::bill(ctx, version.class());
        usage::retrieved(ctx, &source.bucket, from.class(), from.size);
        let mut result = CopyObjectResult {
            e_tag: Some(version.quoted_etag()),
            last_modified: Some(version.modified),
            checksum_type: version.checksum.as_ref().map(checksum::kind),
            ..Default::default()
        };
        set_checksum!(result, &version.checksum);
        let mut output = CopyObjectOutput {
            copy_object_result: Some(result),
            expiration: lifecycle::expiration(ctx, (name, &bucket), key, &version)?,
            version_id: (bucket.versioning != Versioning::Never)
                .then(|| version.id_text().to_owned()),
            copy_source_version_id: (source_bucket.versioning != Versioning::Never)
                .then(|| from.id_text().to_owned()),
            ..Default::default()
        };
        encryption::tell_made!(output, version.encryption.as_ref(), asked.customer());
        Ok(output)
    }
}

/// Copying reads: the caller needs that right on the source too.
pub(crate) async fn may_read(ctx: &Ctx, source: &CopySource) -> Result<()> {
    let version = source.version_id.as_deref();
    let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    super::require(ctx, action, (&source.bucket, &source.key), version).await
}

/// Tags that go along are read as well.
async fn may_read_tags(ctx: &Ctx, source: &CopySource) -> Result<()> {
    let version = source.version_id.as_deref();
    let action =
        if version.is_some() { "s3:GetObjectVersionTagging" } else { "s3:GetObjectTagging" };
    super::require(ctx, action, (&source.bucket, &source.key), version).await
}

/// The version that is to be copied.
pub(crate) fn find_source(tx: &ReadTx<'_>, source: &CopySource) -> Result<Version> {
    let id = source.version_id.as_deref();
    let found = store::readable(tx, &source.bucket, &source.key, id).map_err(|fail| {
        if !fail.is("MethodNotAllowed") {
            return fail;
        }
        error::invalid_request(
            "The source of a copy request may not specifically refer to a delete marker by \
             version id.",
        )
    })?;
    classes::check_copyable(&found)?;
    Ok(found)
}

/// The source's metadata as it is copied. AWS keeps no redirect: it is given anew or there is none.
fn kept(from: &Version, given: Headers) -> Headers {
    let website_redirect_location = given.website_redirect_location;
    Headers { website_redirect_location, ..from.headers.clone() }
}

/// What is to be copied.
pub(crate) struct Source {
    pub from: Version,
    /// The bucket it is in.
    pub bucket: Bucket,
    pub range: std::ops::Range<u64>,
    /// Of the copy's checksum.
    pub algorithm: Algorithm,
}

/// Finds the object that a request copies.
fn find(ctx: &Ctx, input: &CopyObjectInput, source: &CopySource) -> Result<Source> {
    let (from, bucket) = ctx.read(|tx| {
        let owner = input.expected_source_bucket_owner.as_ref();
        let bucket = store::bucket(ctx, tx, &source.bucket, owner)?;
        store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())?;
        Ok::<_, Fail>((find_source(tx, source)?, bucket))
    })?;
    if from.size > BODY_BYTES_MAX {
        return Err(error::invalid_request(format!(
            "The specified copy source is larger than the maximum allowable size for a copy \
             source: {BODY_BYTES_MAX}"
        )));
    }
    ReadIf {
        matches: input.copy_source_if_match.as_deref(),
        none_match: input.copy_source_if_none_match.as_deref(),
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    }
    .check(&from, true)?;
    let algorithm = match input.checksum_algorithm {
        Some(name) => Algorithm::of(name),
        None => from.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |c| c.algorithm),
    };
    let range = 0..from.size;
    Ok(Source { from, bucket, range, algorithm })
}

/// What opens the bytes that are copied, and how their copy is kept.
#[derive(Clone, Copy)]
pub(crate) struct CopyKeys<'a> {
    /// The bucket and the key of the source.
    pub source: (&'a str, &'a str),
    /// The key that the client brings along for the source.
    pub given: Option<&'a CustomerKey>,
    pub keep: Keep<'a>,
}

/// How often a source is found anew because its bytes went away.
const TRIES: usize = 8;

impl S3 {
    /// Stores the bytes anew that `find` finds, and what it found. Between the row and the bytes an
    /// overwrite may let the bytes go: then the row is read anew.
    pub(crate) async fn copy_bytes(
        &self,
        ctx: &Ctx,
        find: impl Fn() -> Result<Source>,
        keys: CopyKeys<'_>,
    ) -> Result<(Source, Written)> {
        for _ in 0..TRIES {
            let source = find()?;
            if let Some(written) = self.copy_range(ctx, &source, keys).await? {
                return Ok((source, written));
            }
        }
        Err(Fail::internal(anyhow::anyhow!("the bytes of the copy's source keep going away")))
    }

    /// None if the bytes are gone.
    async fn copy_range(
        &self,
        ctx: &Ctx,
        source: &Source,
        keys: CopyKeys<'_>,
    ) -> Result<Option<Written>> {
        let opening = self.open(ctx, keys.source, &source.from, keys.given).await?;
        let (range, hashes) = (source.range.clone(), source.algorithm.hashes());
        let mut writer = self.writer(Some(range.end - range.start), hashes, keys.keep)?;
        let mut bytes = match self.objects.read_with(&source.from.blob, range, opening.as_ref()) {
            Err(aquifer_object::Error::NotFound(_)) => return Ok(None),
            read => read.map_err(error::from_objects)?,
        };
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => writer.write(chunk).await.map_err(error::from_objects)?,
                Err(error) if error::is_gone(&error) => return Ok(None),
                Err(error) => return Err(error::from_stream(error)),
            }
        }
        writer.finish().await.map(Some).map_err(error::from_objects)
    }
}

#[cfg(test)]
mod tests {
    use platform::{Backend, Durability};

    use super::*;
    use crate::jobs::tests::{BUCKET, Room, body};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_whose_source_is_overwritten_reads_its_row_again() {
        let room = Room::open(Backend::Memory, None, Durability::Strict);
        room.create_bucket(false).await;
        room.put("k", body(1, 2 << 20)).await.unwrap();
        let current = || room.ctx.read(|tx| store::readable(tx, BUCKET, "k", None)).unwrap();
        let stale = std::cell::Cell::new(Some(current()));
        room.put("k", body(2, 2 << 20)).await.unwrap();
        let find = || {
            let from = stale.take().unwrap_or_else(current);
            let bucket = crate::jobs::tests::bucket(Versioning::Never);
            let range = 0..from.size;
            Ok(Source { from, bucket, range, algorithm: Algorithm::Crc64Nvme })
        };
        let keep = Keep { key: None, at: (BUCKET, "copy"), class: classes::Class::Standard };
        let keys = CopyKeys { source: (BUCKET, "k"), given: None, keep };
        let (_, written) = room.s3.copy_bytes(&room.ctx, find, keys).await.unwrap();
        let copy = room.s3.objects.read_all(&written.blob, 0..written.size).await.unwrap();
        assert_eq!(copy, body(2, 2 << 20));
    }
}
