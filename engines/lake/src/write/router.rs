//! Which file each row goes to, how many files are open, and when they appear: all together, when
//! there are no more rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use object_store::ObjectStore;
use object_store::path::Path;

use super::bucket::buckets;
use super::file::OpenFile;
use super::{TargetSpec, Written, WrittenFile, WrittenPartition, partition_path};
use crate::error::{LakeError, Result};
use crate::location::Location;
use crate::partitions::NULL_PARTITION;

/// Bytes held in memory by all open files; beyond it the fullest is sealed.
const HELD_MAX: usize = 256 << 20;

/// Partition values, and the bucket.
type Place = (Vec<String>, Option<u32>);

/// Writes batches to the files of their partitions.
pub(super) struct Router {
    store: Arc<dyn ObjectStore>,
    location: Location,
    spec: TargetSpec,
    /// Where the partition columns stand in a batch.
    keys: Vec<usize>,
    /// Where the others stand.
    data: Vec<usize>,
    data_schema: SchemaRef,
    /// Where the columns stand that choose a row's bucket.
    bucket_columns: Vec<usize>,
    open: BTreeMap<Place, OpenFile>,
    /// Partitions and buckets that have files.
    places: BTreeSet<Place>,
    /// Sent as a whole, and not there yet.
    sealed: Vec<OpenFile>,
    partitions: BTreeMap<Vec<String>, String>,
    finished: Vec<WrittenFile>,
    paths: Vec<Path>,
    begun: u64,
}

impl Router {
    pub(super) fn new(
        schema: &SchemaRef,
        store: Arc<dyn ObjectStore>,
        location: Location,
        spec: TargetSpec,
    ) -> Result<Self> {
        let find = |name: &String| {
            schema.index_of(name).map_err(|_| LakeError::NoPartitionColumn { column: name.clone() })
        };
        let keys = spec.partition_by.iter().map(find).collect::<Result<Vec<_>>>()?;
        let buckets = spec.bucket_by.iter().flat_map(|(columns, _)| columns);
        let bucket_columns = buckets.map(find).collect::<Result<Vec<_>>>()?;
        let data: Vec<usize> = (0..schema.fields().len()).filter(|i| !keys.contains(i)).collect();
        let data_schema = schema.project(&data).map_err(|e| LakeError::Query(e.into()))?;
        Ok(Router {
            store,
            location,
            spec,
            keys,
            data,
            data_schema: Arc::new(data_schema),
            bucket_columns,
            open: BTreeMap::new(),
            places: BTreeSet::new(),
            sealed: Vec::new(),
            partitions: BTreeMap::new(),
            finished: Vec::new(),
            paths: Vec::new(),
            begun: 0,
        })
    }

    pub(super) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = batch.project(&self.data).map_err(|e| LakeError::Query(e.into()))?;
        let buckets = match &self.spec.bucket_by {
            None => None,
            Some((_, count)) => {
                let columns: Vec<_> =
                    self.bucket_columns.iter().map(|i| batch.column(*i)).collect();
                Some(buckets(&columns, batch.num_rows(), *count)?)
            }
        };
        if self.keys.is_empty() && buckets.is_none() {
            return self.append((Vec::new(), None), &rows).await;
        }
        let keys: Vec<&ArrayRef> = self.keys.iter().map(|i| batch.column(*i)).collect();
        for (place, rows_of) in grouped(&keys, buckets.as_deref(), batch.num_rows())? {
            let part = take_record_batch(&rows, &UInt32Array::from(rows_of))
                .map_err(|e| LakeError::Query(e.into()))?;
            self.append(place, &part).await?;
        }
        Ok(())
    }

    async fn append(&mut self, place: Place, rows: &RecordBatch) -> Result<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        if !self.open.contains_key(&place) {
            let file = self.begin(&place)?;
            self.open.insert(place.clone(), file);
        }
        let Some(file) = self.open.get_mut(&place) else { return Ok(()) };
        file.write(rows).await?;
        if file.written() >= self.spec.target_file_size {
            self.seal(&place).await?;
        }
        while let Some(fullest) = self.too_full() {
            self.seal(&fullest).await?;
        }
        Ok(())
    }

    /// The fullest file, if all together hold too much.
    fn too_full(&self) -> Option<Place> {
        if self.open.values().map(OpenFile::held).sum::<usize>() <= HELD_MAX {
            return None;
        }
        self.open.iter().max_by_key(|(_, f)| f.held()).map(|(place, _)| place.clone())
    }

    fn begin(&mut self, place: &Place) -> Result<OpenFile> {
        let (values, bucket) = (&place.0, place.1);
        let known = self.places.contains(place);
        if !known && (!values.is_empty() || bucket.is_some()) {
            if self.places.len() >= self.spec.max_partitions {
                return Err(LakeError::TooManyOpenPartitions { limit: self.spec.max_partitions });
            }
            self.places.insert(place.clone());
        }
        let folder = match partition_path(&self.spec.partition_by, values) {
            path if path.is_empty() => self.location.prefix.to_string(),
            path => format!("{}/{path}", self.location.prefix),
        };
        if !values.is_empty() && !self.partitions.contains_key(values) {
            let base = self.location.store.as_str();
            let folder = folder.trim_start_matches('/');
            self.partitions.insert(values.clone(), format!("{base}{folder}/"));
        }
        let prefix = &self.spec.file_prefix;
        // Hive finds a file's bucket in its name.
        let name = match bucket {
            None => format!("{folder}/{prefix}_{:05}", self.begun),
            Some(bucket) if known => format!("{folder}/{prefix}_bucket-{bucket:05}_{}", self.begun),
            Some(bucket) => format!("{folder}/{prefix}_bucket-{bucket:05}"),
        };
        self.begun += 1;
        let (file, path) = OpenFile::create(
            self.store.clone(),
            name.trim_start_matches('/'),
            self.data_schema.clone(),
            &self.spec,
        )?;
        self.paths.push(path);
        Ok(file)
    }

    /// Sends the rest of a file. One that fails stays among the open ones, to be aborted.
    async fn seal(&mut self, place: &Place) -> Result<()> {
        if let Some(file) = self.open.get_mut(place) {
            file.seal().await?;
        }
        self.sealed.extend(self.open.remove(place));
        Ok(())
    }

    /// Makes all files be there, those first that were sealed early.
    pub(super) async fn publish(&mut self) -> Result<()> {
        for file in self.sealed.iter_mut().chain(self.open.values_mut()) {
            file.publish().await?;
            let url = self.location.url_of(file.path());
            self.finished.push(WrittenFile { url, rows: file.rows(), bytes: file.written() });
        }
        Ok(())
    }

    pub(super) fn written(self) -> Written {
        let partitions = self.partitions.into_iter();
        Written {
            rows: self.finished.iter().map(|f| f.rows).sum(),
            bytes: self.finished.iter().map(|f| f.bytes).sum(),
            partitions: partitions
                .map(|(values, location)| WrittenPartition { values, location })
                .collect(),
            files: self.finished,
        }
    }

    /// Deletes everything begun, as far as it can be.
    pub(super) async fn discard(mut self) {
        let open = std::mem::take(&mut self.open).into_values();
        for file in std::mem::take(&mut self.sealed).into_iter().chain(open) {
            file.abort().await;
        }
        let paths = futures::stream::iter(self.paths.into_iter().map(Ok)).boxed();
        let mut deleted = self.store.delete_stream(paths);
        while let Some(outcome) = deleted.next().await {
            if let Err(error) = outcome
                && !matches!(error, object_store::Error::NotFound { .. })
            {
                tracing::warn!(%error, "a file of a failed write was left behind");
            }
        }
    }
}

/// Rows by their partition values and buckets, in the order of first appearance within each.
fn grouped(
    keys: &[&ArrayRef],
    buckets: Option<&[u32]>,
    rows: usize,
) -> Result<Vec<(Place, Vec<u32>)>> {
    let options = FormatOptions::default();
    let formatters = keys
        .iter()
        .map(|k| ArrayFormatter::try_new(k.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| LakeError::Query(e.into()))?;
    let mut groups: Vec<(Place, Vec<u32>)> = Vec::new();
    let mut index: HashMap<Place, usize> = HashMap::new();
    for row in 0..rows {
        let pairs = keys.iter().zip(&formatters);
        let values: Vec<String> = pairs
            .map(|(key, formatter)| match key.is_null(row) {
                true => NULL_PARTITION.to_owned(),
                // A folder needs a name.
                false => match formatter.value(row).to_string() {
                    empty if empty.is_empty() => NULL_PARTITION.to_owned(),
                    value => value,
                },
            })
            .collect();
        let place = (values, buckets.and_then(|buckets| buckets.get(row)).copied());
        let at = *index.entry(place).or_insert_with_key(|place| {
            groups.push((place.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(row as u32);
    }
    Ok(groups)
}
