//! Which file each row goes to, how many files are open, and when they appear: all together, when
//! there are no more rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use object_store::ObjectStore;
use object_store::path::Path;

use super::file::OpenFile;
use super::{TargetSpec, Written, WrittenFile, WrittenPartition, partition_path};
use crate::error::{LakeError, Result};
use crate::location::Location;
use crate::partitions::NULL_PARTITION;

/// Bytes held in memory by all open files; beyond it the fullest is sealed.
const HELD_MAX: usize = 256 << 20;

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
    open: BTreeMap<Vec<String>, OpenFile>,
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
        let data: Vec<usize> = (0..schema.fields().len()).filter(|i| !keys.contains(i)).collect();
        let data_schema = schema.project(&data).map_err(|e| LakeError::Query(e.into()))?;
        Ok(Router {
            store,
            location,
            spec,
            keys,
            data,
            data_schema: Arc::new(data_schema),
            open: BTreeMap::new(),
            sealed: Vec::new(),
            partitions: BTreeMap::new(),
            finished: Vec::new(),
            paths: Vec::new(),
            begun: 0,
        })
    }

    pub(super) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = batch.project(&self.data).map_err(|e| LakeError::Query(e.into()))?;
        if self.keys.is_empty() {
            return self.append(Vec::new(), &rows).await;
        }
        let keys: Vec<&ArrayRef> = self.keys.iter().map(|i| batch.column(*i)).collect();
        for (values, places) in grouped(&keys, batch.num_rows())? {
            let part = take_record_batch(&rows, &UInt32Array::from(places))
                .map_err(|e| LakeError::Query(e.into()))?;
            self.append(values, &part).await?;
        }
        Ok(())
    }

    async fn append(&mut self, values: Vec<String>, rows: &RecordBatch) -> Result<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        if !self.open.contains_key(&values) {
            let file = self.begin(&values)?;
            self.open.insert(values.clone(), file);
        }
        let Some(file) = self.open.get_mut(&values) else { return Ok(()) };
        file.write(rows).await?;
        if file.written() >= self.spec.target_file_size {
            self.seal(&values).await?;
        }
        while let Some(fullest) = self.too_full() {
            self.seal(&fullest).await?;
        }
        Ok(())
    }

    /// The fullest file, if all together hold too much.
    fn too_full(&self) -> Option<Vec<String>> {
        if self.open.values().map(OpenFile::held).sum::<usize>() <= HELD_MAX {
            return None;
        }
        self.open.iter().max_by_key(|(_, f)| f.held()).map(|(values, _)| values.clone())
    }

    fn begin(&mut self, values: &[String]) -> Result<OpenFile> {
        let folder = match partition_path(&self.spec.partition_by, values) {
            path if path.is_empty() => self.location.prefix.to_string(),
            path => format!("{}/{path}", self.location.prefix),
        };
        if !values.is_empty() && !self.partitions.contains_key(values) {
            if self.partitions.len() >= self.spec.max_partitions {
                return Err(LakeError::TooManyOpenPartitions { limit: self.spec.max_partitions });
            }
            let base = self.location.store.as_str();
            let folder = folder.trim_start_matches('/');
            self.partitions.insert(values.to_vec(), format!("{base}{folder}/"));
        }
        let name = format!("{folder}/{}_{:05}", self.spec.file_prefix, self.begun);
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
    async fn seal(&mut self, values: &[String]) -> Result<()> {
        if let Some(file) = self.open.get_mut(values) {
            file.seal().await?;
        }
        self.sealed.extend(self.open.remove(values));
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

/// Rows by their partition values, in the order of first appearance within each.
fn grouped(keys: &[&ArrayRef], rows: usize) -> Result<Vec<(Vec<String>, Vec<u32>)>> {
    let options = FormatOptions::default();
    let formatters = keys
        .iter()
        .map(|k| ArrayFormatter::try_new(k.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| LakeError::Query(e.into()))?;
    let mut groups: Vec<(Vec<String>, Vec<u32>)> = Vec::new();
    let mut index: HashMap<Vec<String>, usize> = HashMap::new();
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
        let at = *index.entry(values).or_insert_with_key(|values| {
            groups.push((values.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(row as u32);
    }
    Ok(groups)
}
