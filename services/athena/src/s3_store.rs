//! S3 as the engine's object store: every read and write is a call of the S3 room as the caller,
//! so that it is allowed, metered and recorded as one.
//!
//! Keys with empty parts (`a//b`) cannot be named through the engine's paths and are not listed.

mod upload;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use platform::{ByteStream, Bytes, Ctx, Fail, Timestamp};
use s3_api::{
    Client, DeleteObjectInput, GetObjectInput, HeadObjectInput, ListObjectsV2Input, PutObjectInput,
};
use url::Url;

use crate::access::is_denial;
use crate::queue::Live;
use crate::uri::S3Uri;
pub(crate) use upload::{AsAsked, Upload};

/// Deletions under way at once.
const DELETES_MAX: usize = 8;

/// What a query may read before its workgroup has it cancelled.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: Option<u64>,
    read: AtomicU64,
}

impl Budget {
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self { limit, read: AtomicU64::new(0) }
    }

    /// Whether these bytes go beyond it.
    fn is_exceeded_by(&self, bytes: u64) -> bool {
        let read = self.read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.limit.is_some_and(|limit| read > limit)
    }
}

/// The stores of one query.
#[derive(Clone)]
pub(crate) struct Stores {
    pub ctx: Ctx,
    pub budget: Arc<Budget>,
    pub live: Arc<Live>,
    /// The key that files are to be encrypted with.
    pub kms_key: Option<String>,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").field("query", &self.live.id).finish_non_exhaustive()
    }
}

impl aquifer_sql::ObjectStores for Stores {
    fn for_bucket(&self, url: &Url) -> DataFusionResult<Arc<dyn ObjectStore>> {
        match (url.scheme(), url.host_str()) {
            ("s3" | "s3a" | "s3n", Some(bucket)) => Ok(Arc::new(self.bucket(bucket))),
            _ => Err(DataFusionError::Plan(format!("'{url}' is not a location in S3"))),
        }
    }
}

impl Stores {
    fn bucket(&self, bucket: &str) -> S3Store {
        S3Store { stores: self.clone(), bucket: bucket.to_owned() }
    }

    fn spend(&self, bytes: u64) {
        if self.budget.is_exceeded_by(bytes) {
            self.live.stop("Query cancelled! : Bytes scanned limit was exceeded");
        }
    }
}

/// A bucket.
#[derive(Clone, Debug)]
struct S3Store {
    stores: Stores,
    bucket: String,
}

impl std::fmt::Display for S3Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}", self.bucket)
    }
}

impl S3Store {
    fn ctx(&self) -> &Ctx {
        &self.stores.ctx
    }

    /// A refusal in the words of object stores; the sentence stays inside.
    fn error(&self, key: &str, fail: Fail) -> Error {
        let path = format!("s3://{}/{key}", self.bucket);
        let denied = is_denial(&fail);
        let (code, source) = (fail.code().to_owned(), Box::new(fail));
        match code.as_str() {
            "NoSuchKey" | "NoSuchBucket" | "NotFound" => Error::NotFound { path, source },
            "PreconditionFailed" => Error::Precondition { path, source },
            _ if denied => Error::PermissionDenied { path, source },
            _ => Error::Generic { store: "S3", source },
        }
    }

    fn as_asked(&self) -> AsAsked {
        AsAsked { kms_key: self.stores.kms_key.clone(), ..AsAsked::default() }
    }

    async fn head(&self, location: &Path) -> Result<GetResult> {
        let input = HeadObjectInput {
            bucket: self.bucket.clone(),
            key: location.to_string(),
            ..HeadObjectInput::default()
        };
        let found = Client::head_object(self.ctx(), input).await;
        let found = found.map_err(|fail| self.error(location.as_ref(), fail))?;
        let size = size_of(found.content_length);
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: found.last_modified.unwrap_or_default().to_chrono(),
            size,
            e_tag: found.e_tag,
            version: found.version_id,
        };
        let payload = GetResultPayload::Stream(futures::stream::empty().boxed());
        Ok(GetResult { payload, meta, range: 0..size, attributes: Default::default() })
    }

    /// One page of a listing.
    async fn page(
        &self,
        prefix: Option<String>,
        delimiter: Option<&str>,
        token: Option<String>,
    ) -> Result<s3_api::ListObjectsV2Output> {
        let input = ListObjectsV2Input {
            bucket: self.bucket.clone(),
            delimiter: delimiter.map(str::to_owned),
            continuation_token: token,
            prefix: prefix.clone(),
            ..ListObjectsV2Input::default()
        };
        let page = Client::list_objects_v2(self.ctx(), input).await;
        page.map_err(|fail| self.error(prefix.as_deref().unwrap_or_default(), fail))
    }
}

fn size_of(length: Option<i64>) -> u64 {
    length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0)
}

/// The keys under a path: a path ends where a part ends.
fn prefix_of(path: Option<&Path>) -> Option<String> {
    path.filter(|path| !path.as_ref().is_empty()).map(|path| format!("{path}/"))
}

fn meta_of(object: s3_api::Object) -> Option<ObjectMeta> {
    Some(ObjectMeta {
        location: Path::parse(object.key?).ok()?,
        last_modified: object.last_modified.unwrap_or_default().to_chrono(),
        size: size_of(object.size),
        e_tag: object.e_tag,
        version: None,
    })
}

/// `bytes=…` for a range, and where it must start.
fn range_header(range: &GetRange) -> String {
    match range {
        GetRange::Bounded(Range { start, end }) => {
            format!("bytes={start}-{}", end.saturating_sub(1))
        }
        GetRange::Offset(start) => format!("bytes={start}-"),
        GetRange::Suffix(length) => format!("bytes=-{length}"),
    }
}

/// `bytes 0-9/100`: which bytes an answer holds, of how many.
fn content_range(text: Option<&str>) -> Option<(Range<u64>, u64)> {
    let (range, size) = text?.strip_prefix("bytes ")?.split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let (start, last): (u64, u64) = (start.parse().ok()?, last.parse().ok()?);
    Some((start..last.checked_add(1)?, size.parse().ok()?))
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let (if_match, if_none_match) = match opts.mode {
            PutMode::Overwrite => (None, None),
            PutMode::Create => (None, Some("*".to_owned())),
            PutMode::Update(version) => (version.e_tag, None),
        };
        let as_asked = self.as_asked();
        let input = PutObjectInput {
            server_side_encryption: as_asked.server_side(),
            ssekms_key_id: as_asked.kms_key,
            bucket: self.bucket.clone(),
            key: location.to_string(),
            body: ByteStream::from(Bytes::from(payload)),
            if_match,
            if_none_match,
            ..PutObjectInput::default()
        };
        let put = Client::put_object(self.ctx(), input).await;
        let put = put.map_err(|fail| self.error(location.as_ref(), fail))?;
        Ok(PutResult { e_tag: put.e_tag, version: put.version_id })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let to = S3Uri { bucket: self.bucket.clone(), key: location.to_string() };
        let begun = Upload::begin(self.ctx(), to, self.as_asked()).await;
        let upload = begun.map_err(|fail| self.error(location.as_ref(), fail))?;
        Ok(Box::new(upload::StoreUpload::new(self.clone(), upload)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.head {
            return self.head(location).await;
        }
        let input = GetObjectInput {
            bucket: self.bucket.clone(),
            key: location.to_string(),
            range: options.range.as_ref().map(range_header),
            if_match: options.if_match,
            if_none_match: options.if_none_match,
            if_modified_since: options.if_modified_since.map(timestamp),
            if_unmodified_since: options.if_unmodified_since.map(timestamp),
            version_id: options.version,
            ..GetObjectInput::default()
        };
        let found = Client::get_object(self.ctx(), input).await;
        let found = found.map_err(|fail| self.error(location.as_ref(), fail))?;
        let (range, size) = content_range(found.content_range.as_deref()).unwrap_or_else(|| {
            let size = size_of(found.content_length);
            (0..size, size)
        });
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: found.last_modified.unwrap_or_default().to_chrono(),
            size,
            e_tag: found.e_tag,
            version: found.version_id,
        };
        let stores = self.stores.clone();
        let body = found.body.inspect_ok(move |chunk| stores.spend(chunk.len() as u64));
        let body = body.map_err(|error| Error::Generic { store: "S3", source: Box::new(error) });
        let payload = GetResultPayload::Stream(body.boxed());
        Ok(GetResult { payload, meta, range, attributes: Default::default() })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let deleted = locations.map(move |location| {
            let store = store.clone();
            async move {
                let location = location?;
                let input = DeleteObjectInput {
                    bucket: store.bucket.clone(),
                    key: location.to_string(),
                    ..DeleteObjectInput::default()
                };
                let deleted = Client::delete_object(store.ctx(), input).await;
                deleted.map_err(|fail| store.error(location.as_ref(), fail))?;
                Ok(location)
            }
        });
        deleted.buffered(DELETES_MAX).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = prefix_of(prefix);
        // The first page has no token; after the last there is nothing to ask.
        let pages = futures::stream::try_unfold(
            (self.clone(), Some(None::<String>)),
            move |(store, next)| {
                let prefix = prefix.clone();
                async move {
                    let Some(token) = next else { return Ok::<_, Error>(None) };
                    let page = store.page(prefix, None, token).await?;
                    let objects: Vec<Result<ObjectMeta>> =
                        page.contents.into_iter().flatten().filter_map(meta_of).map(Ok).collect();
                    let next = page.next_continuation_token.map(Some);
                    Ok(Some((futures::stream::iter(objects), (store, next))))
                }
            },
        );
        pages.try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let prefix = prefix_of(prefix);
        let mut result = ListResult { common_prefixes: Vec::new(), objects: Vec::new() };
        let mut token = None;
        loop {
            let page = self.page(prefix.clone(), Some("/"), token).await?;
            result.objects.extend(page.contents.into_iter().flatten().filter_map(meta_of));
            let folders = page.common_prefixes.into_iter().flatten();
            let folders = folders.filter_map(|folder| Path::parse(folder.prefix?).ok());
            result.common_prefixes.extend(folders);
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(result);
            }
        }
    }

    async fn copy_opts(&self, _from: &Path, _to: &Path, _options: CopyOptions) -> Result<()> {
        Err(Error::NotImplemented { operation: "copy".into(), implementer: self.to_string() })
    }
}

fn timestamp(at: chrono::DateTime<chrono::Utc>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_said_and_read_as_http_does() {
        assert_eq!(range_header(&GetRange::Bounded(5..10)), "bytes=5-9");
        assert_eq!(range_header(&GetRange::Suffix(8)), "bytes=-8");
        assert_eq!(content_range(Some("bytes 5-9/100")), Some((5..10, 100)));
        assert_eq!(content_range(Some("bytes */100")), None);
        assert_eq!(content_range(None), None);
    }

    #[test]
    fn a_budget_is_exceeded_only_beyond_it() {
        let budget = Budget::new(Some(10));
        assert!(!budget.is_exceeded_by(10));
        assert!(budget.is_exceeded_by(1));
        assert!(!Budget::new(None).is_exceeded_by(u64::MAX / 2));
    }
}
