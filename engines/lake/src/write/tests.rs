//! Writers as they behave: partitions, limits, and what is left after a failure.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use datafusion::arrow::array::{Int64Array, RecordBatch};
use datafusion::error::DataFusionError;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, UploadPart,
};

use super::*;

#[test]
fn partition_paths_are_spelled_as_hive_spells_them() {
    let path = |value: &str| partition_path(&["k".to_owned()], &[value.to_owned()]);
    assert_eq!(path("2024-01-01 10:00"), "k=2024-01-01 10%3A00");
    assert_eq!(path("a/b=c%"), "k=a%2Fb%3Dc%25");
    assert_eq!(path("zürich"), "k=zürich");
    assert_eq!(partition_path(&["a".into(), "b".into()], &["1".into(), "x".into()]), "a=1/b=x");
}

#[tokio::test]
async fn no_file_is_there_before_the_last_row() {
    let store = Arc::new(InMemory::new());
    let seen = Arc::new(AtomicUsize::new(0));
    let (looking, sum) = (store.clone(), seen.clone());
    let batches = futures::stream::iter(0..4).then(move |n| {
        let (looking, sum) = (looking.clone(), sum.clone());
        async move {
            sum.fetch_add(looking.list(None).count().await, Ordering::Relaxed);
            Ok(batch(n))
        }
    });
    // Each batch fills a file, so that earlier ones are sealed long before the end.
    let written = write_table(rows(batches.boxed()), store.clone(), spec(0)).await.unwrap();
    assert_eq!(seen.load(Ordering::Relaxed), 0);
    assert_eq!((written.files.len(), written.rows), (4, 4));
    let listed: u64 = store
        .list(None)
        .map(|found| found.unwrap().size)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .sum();
    assert_eq!(listed, written.bytes);
}

#[tokio::test]
async fn a_failure_leaves_neither_files_nor_uploads() {
    let whole = || futures::stream::iter(0..3).map(|n| Ok(batch(n))).boxed();
    let broken = || {
        let error = DataFusionError::Execution("no more".into());
        whole().chain(futures::stream::iter([Err(error)])).boxed()
    };
    type Case = (Limits, BoxStream<'static, Result<RecordBatch, DataFusionError>>);
    let cases: [Case; 3] = [
        (Limits { parts: usize::MAX, completed: 1 }, whole()),
        (Limits { parts: 2, completed: usize::MAX }, whole()),
        (Limits { parts: usize::MAX, completed: usize::MAX }, broken()),
    ];
    for (limits, batches) in cases {
        let store = Arc::new(Failing::new(limits));
        write_table(rows(batches), store.clone(), spec(0)).await.unwrap_err();
        assert!(store.begun() > 0, "nothing was begun");
        assert_eq!(store.open(), 0, "uploads were left open");
        assert_eq!(store.inner.list(None).count().await, 0, "files were left behind");
    }
}

fn batch(n: i64) -> RecordBatch {
    RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![n])) as _)]).unwrap()
}

fn rows(
    batches: BoxStream<'static, Result<RecordBatch, DataFusionError>>,
) -> SendableRecordBatchStream {
    Box::pin(RecordBatchStreamAdapter::new(batch(0).schema(), batches))
}

fn spec(target_file_size: u64) -> TargetSpec {
    TargetSpec {
        location: "s3://b/t/".into(),
        format: Format::Parquet,
        options: WriteOptions::for_format(&Format::Parquet),
        partition_by: Vec::new(),
        bucket_by: None,
        max_partitions: 1,
        target_file_size,
        must_be_empty: true,
        file_prefix: "q".into(),
    }
}

/// How much goes well before everything fails.
#[derive(Debug, Clone, Copy)]
struct Limits {
    parts: usize,
    completed: usize,
}

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicUsize,
    parts: AtomicUsize,
    completed: AtomicUsize,
    aborted: AtomicUsize,
}

/// A store whose uploads fail at some time, and that knows which of them are open.
#[derive(Debug)]
struct Failing {
    inner: InMemory,
    limits: Limits,
    counts: Arc<Counts>,
}

impl Failing {
    fn new(limits: Limits) -> Self {
        Self { inner: InMemory::new(), limits, counts: Arc::default() }
    }

    fn begun(&self) -> usize {
        self.counts.begun.load(Ordering::Relaxed)
    }

    fn open(&self) -> usize {
        let ended = &self.counts;
        let done = ended.completed.load(Ordering::Relaxed) + ended.aborted.load(Ordering::Relaxed);
        self.begun() - done
    }
}

impl std::fmt::Display for Failing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failing")
    }
}

fn refused() -> object_store::Error {
    object_store::Error::Generic { store: "failing", source: "refused".into() }
}

#[derive(Debug)]
struct FailingUpload {
    inner: Box<dyn MultipartUpload>,
    limits: Limits,
    counts: Arc<Counts>,
}

#[async_trait]
impl MultipartUpload for FailingUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        if self.counts.parts.fetch_add(1, Ordering::Relaxed) >= self.limits.parts {
            return Box::pin(async { Err(refused()) });
        }
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        if self.counts.completed.load(Ordering::Relaxed) >= self.limits.completed {
            return Err(refused());
        }
        let done = self.inner.complete().await?;
        self.counts.completed.fetch_add(1, Ordering::Relaxed);
        Ok(done)
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.counts.aborted.fetch_add(1, Ordering::Relaxed);
        self.inner.abort().await
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> object_store::Result<PutResult> {
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        let inner = self.inner.put_multipart_opts(location, opts).await?;
        self.counts.begun.fetch_add(1, Ordering::Relaxed);
        let (limits, counts) = (self.limits, self.counts.clone());
        Ok(Box::new(FailingUpload { inner, limits, counts }))
    }

    async fn get_opts(
        &self,
        location: &Path,
        options: GetOptions,
    ) -> object_store::Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        from: &Path,
        to: &Path,
        options: CopyOptions,
    ) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
