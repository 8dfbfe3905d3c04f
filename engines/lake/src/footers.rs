//! Parquet footers: kept between queries, read and counted once per query.
//!
//! A footer found in the cache counts as many bytes as reading it took, so that what a query is
//! said to scan does not depend on what ran before it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::error::Result as DataFusionResult;
use datafusion::parquet::arrow::arrow_reader::ArrowReaderOptions;
use datafusion::parquet::arrow::async_reader::AsyncFileReader;
use datafusion::parquet::errors::{ParquetError, Result as ParquetResult};
use datafusion::parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use parking_lot::Mutex;

use crate::counted::CountedStore;
use crate::stats::ScanStats;

/// Enough of a file's end to hold most footers: one request instead of two.
const FOOTER_HINT: usize = 64 * 1024;

/// An object's version: its store, its name, and what changes when its bytes do.
type FooterKey = (String, Path, Option<String>, u64, i64);

#[derive(Debug, Clone)]
struct Footer {
    metadata: Arc<ParquetMetaData>,
    /// What reading it took.
    bytes: u64,
    has_page_index: bool,
}

/// Footers of recently read files, oldest dropped first.
#[derive(Debug)]
pub struct FooterCache {
    limit: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    footers: HashMap<FooterKey, Footer>,
    order: VecDeque<FooterKey>,
    size: usize,
}

impl FooterCache {
    /// Keeps up to `limit` bytes of decoded footers; 0 keeps none.
    pub fn new(limit: usize) -> Self {
        FooterCache { limit, entries: Mutex::new(Entries::default()) }
    }

    fn get(&self, key: &FooterKey) -> Option<Footer> {
        self.entries.lock().footers.get(key).cloned()
    }

    fn put(&self, key: FooterKey, footer: Footer) {
        let size = footer.metadata.memory_size();
        if size > self.limit {
            return;
        }
        let mut entries = self.entries.lock();
        match entries.footers.insert(key.clone(), footer) {
            Some(old) => entries.size -= old.metadata.memory_size(),
            None => entries.order.push_back(key),
        }
        entries.size += size;
        while entries.size > self.limit {
            let Some(oldest) = entries.order.pop_front() else { break };
            if let Some(old) = entries.footers.remove(&oldest) {
                entries.size -= old.metadata.memory_size();
            }
        }
    }

    /// A file's footer, from here or from its store; and the bytes reading it takes.
    async fn footer(
        &self,
        store_url: &str,
        store: &Arc<dyn ObjectStore>,
        meta: &ObjectMeta,
        policy: PageIndexPolicy,
    ) -> DataFusionResult<(Arc<ParquetMetaData>, u64)> {
        let key: FooterKey = (
            store_url.to_owned(),
            meta.location.clone(),
            meta.e_tag.clone(),
            meta.size,
            meta.last_modified.timestamp_micros(),
        );
        if let Some(kept) = self.get(&key)
            && (kept.has_page_index || policy == PageIndexPolicy::Skip)
        {
            return Ok((kept.metadata, kept.bytes));
        }
        let counter = Arc::new(ScanStats::default());
        let counted = CountedStore::new(store.clone(), counter.clone());
        let metadata = DFParquetMetadata::new(&counted, meta)
            .with_metadata_size_hint(Some(FOOTER_HINT))
            .with_page_index_policy(Some(policy))
            .fetch_metadata()
            .await?;
        let bytes = counter.totals().bytes;
        let has_page_index = policy != PageIndexPolicy::Skip;
        self.put(key, Footer { metadata: metadata.clone(), bytes, has_page_index });
        Ok((metadata, bytes))
    }

    /// The footer of a file, uncounted: planning reads nothing of the data.
    pub(crate) async fn uncounted(
        &self,
        store_url: &str,
        store: &Arc<dyn ObjectStore>,
        meta: &ObjectMeta,
    ) -> DataFusionResult<Arc<ParquetMetaData>> {
        let (metadata, _) = self.footer(store_url, store, meta, PageIndexPolicy::Skip).await?;
        Ok(metadata)
    }
}

/// Opens Parquet files of one store for one query.
#[derive(Debug)]
pub struct ParquetReaders {
    store_url: String,
    store: Arc<dyn ObjectStore>,
    cache: Arc<FooterCache>,
    stats: Arc<ScanStats>,
    /// Files whose footers have been counted: a file read in several ranges has one.
    counted: Arc<Mutex<HashSet<Path>>>,
}

impl ParquetReaders {
    /// Readers of a store's files, by the store's address.
    pub fn new(
        store_url: String,
        store: Arc<dyn ObjectStore>,
        cache: Arc<FooterCache>,
        stats: Arc<ScanStats>,
    ) -> Self {
        ParquetReaders { store_url, store, cache, stats, counted: Arc::default() }
    }
}

impl ParquetFileReaderFactory for ParquetReaders {
    fn create_reader(
        &self,
        _partition_index: usize,
        file: PartitionedFile,
        _metadata_size_hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> DataFusionResult<Box<dyn AsyncFileReader + Send>> {
        Ok(Box::new(ParquetReader {
            store_url: self.store_url.clone(),
            store: self.store.clone(),
            counted_store: CountedStore::new(self.store.clone(), self.stats.clone()),
            cache: self.cache.clone(),
            stats: self.stats.clone(),
            counted: self.counted.clone(),
            meta: file.object_meta,
        }))
    }
}

struct ParquetReader {
    store_url: String,
    store: Arc<dyn ObjectStore>,
    counted_store: CountedStore,
    cache: Arc<FooterCache>,
    stats: Arc<ScanStats>,
    counted: Arc<Mutex<HashSet<Path>>>,
    meta: ObjectMeta,
}

impl AsyncFileReader for ParquetReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        async move {
            let read = self.counted_store.get_range(&self.meta.location, range).await;
            read.map_err(|e| ParquetError::External(Box::new(e)))
        }
        .boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        async move {
            let read = self.counted_store.get_ranges(&self.meta.location, &ranges).await;
            read.map_err(|e| ParquetError::External(Box::new(e)))
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        let policy = options.map_or(PageIndexPolicy::Skip, |o| o.column_index_policy());
        async move {
            let footer = self.cache.footer(&self.store_url, &self.store, &self.meta, policy).await;
            let (metadata, bytes) = footer.map_err(|e| ParquetError::External(Box::new(e)))?;
            if self.counted.lock().insert(self.meta.location.clone()) {
                self.stats.add_bytes(bytes);
            }
            Ok(metadata)
        }
        .boxed()
    }
}
