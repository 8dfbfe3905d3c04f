//! The files of a snapshot, and which deletes are of which.

use std::collections::HashMap;
use std::sync::Arc;

use aquifer_iceberg::change::Known;
use aquifer_iceberg::manifest::{
    Content, DataFile, ManifestFile, read_manifest, read_manifest_list,
};
use aquifer_iceberg::{Snapshot, TableMetadata};
use datafusion::error::DataFusionError;

use crate::error::{invalid_metadata, refused};
use crate::io::Io;

/// The field id of the path in files of position deletes.
pub(crate) const PATH_ID: i32 = 2_147_483_546;
/// The field id of the place in them.
pub(crate) const POSITION_ID: i32 = 2_147_483_545;

/// A file of rows, with the files of deletes that may be of it.
#[derive(Clone, Debug)]
pub struct Task {
    pub spec_id: i32,
    pub file: Arc<DataFile>,
    /// How old its rows count.
    pub sequence_number: i64,
    pub deletes: Vec<Arc<DataFile>>,
}

/// The manifests of a snapshot.
///
/// # Errors
/// When its list cannot be read.
pub async fn manifests(
    io: &Io,
    snapshot: Option<&Snapshot>,
) -> Result<Vec<ManifestFile>, DataFusionError> {
    let Some(snapshot) = snapshot else { return Ok(Vec::new()) };
    let Some(list) = &snapshot.manifest_list else {
        let message = "Snapshots without a list of manifests are not supported";
        return Err(aquifer_sql::SqlError::not_supported(message).into());
    };
    let bytes = io.read(list).await?;
    Ok(read_manifest_list(&bytes).map_err(refused)?)
}

/// Reads those manifests that are wanted.
///
/// # Errors
/// When one cannot be read.
pub async fn read_known(
    io: &Io,
    table: &TableMetadata,
    manifests: Vec<ManifestFile>,
    wanted: impl Fn(usize, &ManifestFile) -> bool,
) -> Result<Vec<Known>, DataFusionError> {
    let wanted: Vec<bool> =
        manifests.iter().enumerate().map(|(at, file)| wanted(at, file)).collect();
    let paths = manifests.iter().zip(&wanted).filter(|(_, wanted)| **wanted);
    let paths: Vec<String> = paths.map(|(file, _)| file.manifest_path.clone()).collect();
    let mut bytes = io.read_all(&paths).await?.into_iter();
    let mut known = Vec::with_capacity(manifests.len());
    for (file, wanted) in manifests.into_iter().zip(wanted) {
        let bytes = if wanted { bytes.next() } else { None };
        let read = bytes.map(|bytes| read_manifest(&bytes, &file, table)).transpose();
        let read = read.map_err(refused)?;
        known.push((file, read));
    }
    Ok(known)
}

/// A file of deletes, and how old it counts.
type Aged = (i64, Arc<DataFile>);

/// Files of deletes, found by what they may be of.
pub struct DeletesOf {
    /// By spec and partition.
    here: HashMap<(i32, String), Vec<Aged>>,
    /// Of the whole table.
    everywhere: Vec<Aged>,
}

impl DeletesOf {
    /// The deletes among the files of a snapshot.
    pub fn new(table: &TableMetadata, known: &[Known]) -> Self {
        let mut deletes = Self { here: HashMap::new(), everywhere: Vec::new() };
        for manifest in known.iter().filter_map(|(_, manifest)| manifest.as_ref()) {
            for entry in manifest.entries.iter().filter(|entry| entry.is_alive()) {
                if entry.data_file.content == Content::Data {
                    continue;
                }
                let age = entry.sequence_number.unwrap_or(0);
                let file = Arc::new(entry.data_file.clone());
                let spec = table.spec(manifest.spec_id);
                let whole = spec.is_none_or(|spec| spec.fields.is_empty())
                    && file.content == Content::EqualityDeletes;
                if whole {
                    deletes.everywhere.push((age, file));
                    continue;
                }
                let key = (manifest.spec_id, partition_key(&file));
                deletes.here.entry(key).or_default().push((age, file));
            }
        }
        deletes
    }

    /// Those that may be of a file of rows.
    pub fn of(&self, spec_id: i32, file: &DataFile, age: i64) -> Vec<Arc<DataFile>> {
        if self.here.is_empty() && self.everywhere.is_empty() {
            return Vec::new();
        }
        let here = self.here.get(&(spec_id, partition_key(file)));
        let all = here.into_iter().flatten().chain(&self.everywhere);
        let apt = |(deleted_at, delete): &&Aged| match delete.content {
            Content::Data => false,
            Content::EqualityDeletes => *deleted_at > age,
            Content::PositionDeletes => *deleted_at >= age && may_name(delete, &file.file_path),
        };
        all.filter(apt).map(|(_, file)| file.clone()).collect()
    }
}

/// Whether a file of position deletes may name a file of rows.
fn may_name(delete: &DataFile, path: &str) -> bool {
    if let Some(only) = &delete.referenced_data_file {
        return only == path;
    }
    let low = delete.lower_bounds.get(&PATH_ID);
    let high = delete.upper_bounds.get(&PATH_ID);
    // A bound may be cut short: then what begins with it is not beyond it.
    let cut = |bound: &[u8]| path.as_bytes()[..path.len().min(bound.len())].to_vec();
    low.is_none_or(|low| cut(low) >= *low) && high.is_none_or(|high| cut(high) <= *high)
}

pub(crate) fn partition_key(file: &DataFile) -> String {
    format!("{:?}", file.partition)
}

/// The files of rows of a snapshot, with their deletes.
///
/// # Errors
/// When a file is in a format that is not read here.
pub fn tasks(table: &TableMetadata, known: &[Known]) -> Result<Vec<Task>, DataFusionError> {
    let deletes = DeletesOf::new(table, known);
    let mut tasks = Vec::new();
    for manifest in known.iter().filter_map(|(_, manifest)| manifest.as_ref()) {
        for entry in manifest.entries.iter().filter(|entry| entry.is_alive()) {
            let file = &entry.data_file;
            if file.content != Content::Data {
                continue;
            }
            if file.key_metadata.is_some() {
                return Err(invalid_metadata("Encrypted data files are not supported").into());
            }
            let age = entry.sequence_number.unwrap_or(0);
            tasks.push(Task {
                spec_id: manifest.spec_id,
                file: Arc::new(file.clone()),
                sequence_number: age,
                deletes: deletes.of(manifest.spec_id, file, age),
            });
        }
    }
    Ok(tasks)
}
