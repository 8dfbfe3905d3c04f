//! Rewriting: files of a snapshot are replaced by others with the same rows.
//!
//! Which files are worth it, and may be replaced at all, is decided here; reading and writing rows is
//! not. A file that a delete may be of is left alone: its rows are not all there any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::manifest::{
    Content, DataFile, Manifest, ManifestEntry, ManifestFile, Status, read_manifest,
    write_manifest, write_manifest_list,
};
use crate::metadata::TableMetadata;
use crate::snapshot::Snapshot;

mod bounds;
#[cfg(test)]
mod tests;
pub use bounds::merged;

/// The manifests of a snapshot, read.
#[derive(Clone, Debug, Default)]
pub struct SnapshotFiles {
    manifests: Vec<(ManifestFile, Manifest)>,
}

/// Files that may become one: of the same partition, and small.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub spec_id: i32,
    pub files: Vec<DataFile>,
}

/// A snapshot to be, and the files that it needs written first.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    pub snapshot: Snapshot,
    pub files: Vec<(String, Vec<u8>)>,
}

/// What is known of a snapshot to be.
#[derive(Clone, Debug)]
pub struct Seed {
    pub snapshot_id: i64,
    pub timestamp_ms: i64,
    /// What tells its files from all others.
    pub unique: String,
}

/// So many small files are worth a rewrite, whatever their size.
const FILES_MIN: usize = 5;

impl SnapshotFiles {
    /// Adds a manifest of the snapshot's list.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, file: ManifestFile, bytes: &[u8], table: &TableMetadata) -> Result<()> {
        let manifest = read_manifest(bytes, &file, table)?;
        self.manifests.push((file, manifest));
        Ok(())
    }

    /// All files that are part of the snapshot, with the spec they are of.
    pub fn alive(&self) -> impl Iterator<Item = (i32, &ManifestEntry)> {
        self.manifests.iter().flat_map(|(_, manifest)| {
            let alive = manifest.entries.iter().filter(|entry| entry.is_alive());
            alive.map(|entry| (manifest.spec_id, entry))
        })
    }

    /// Groups of small files that may become files of a size in bytes.
    pub fn groups(&self, table: &TableMetadata, target_bytes: i64) -> Vec<Group> {
        let small = target_bytes / 4 * 3;
        let mut partitions: Vec<Group> = Vec::new();
        for (spec_id, entry) in self.alive() {
            let file = &entry.data_file;
            let apt = file.content == Content::Data
                && file.file_format == "PARQUET"
                && file.key_metadata.is_none()
                && file.file_size_in_bytes < small
                && !self.has_deletes(table, spec_id, entry);
            if !apt {
                continue;
            }
            let same = |group: &&mut Group| {
                group.spec_id == spec_id && group.files[0].partition == file.partition
            };
            match partitions.iter_mut().find(same) {
                Some(group) => group.files.push(file.clone()),
                None => partitions.push(Group { spec_id, files: vec![file.clone()] }),
            }
        }
        partitions.into_iter().flat_map(|group| packed(group, target_bytes)).collect()
    }

    /// Whether a delete may be of rows of a file.
    fn has_deletes(&self, table: &TableMetadata, spec_id: i32, data: &ManifestEntry) -> bool {
        let age = data.sequence_number.unwrap_or(0);
        self.alive().any(|(delete_spec, delete)| {
            let file = &delete.data_file;
            let deleted_at = delete.sequence_number.unwrap_or(i64::MAX);
            let whole = table.spec(delete_spec).is_none_or(|spec| spec.fields.is_empty());
            let here = delete_spec == spec_id && file.partition == data.data_file.partition;
            match file.content {
                Content::Data => false,
                Content::EqualityDeletes => (whole || here) && deleted_at > age,
                Content::PositionDeletes => here && deleted_at >= age,
            }
        })
    }

    /// The snapshot in which files are replaced by others with the same rows.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a file is not part of the snapshot any more, or has deletes by now.
    pub fn replace(
        &self,
        table: &TableMetadata,
        removed: &BTreeSet<String>,
        added: &[(i32, DataFile)],
        seed: &Seed,
    ) -> Result<Replaced> {
        let mut found = 0;
        for (spec_id, entry) in self.alive() {
            if removed.contains(&entry.data_file.file_path) {
                found += 1;
                if self.has_deletes(table, spec_id, entry) {
                    return Err(Error::Conflict("rows of a rewritten file were deleted".into()));
                }
            }
        }
        if found != removed.len() {
            return Err(Error::Conflict("a rewritten file is no longer there".into()));
        }
        let parent = table.current_snapshot();
        let mut snapshot = Snapshot {
            snapshot_id: seed.snapshot_id,
            parent_snapshot_id: parent.map(|parent| parent.snapshot_id),
            sequence_number: if table.format_version > 1 {
                table.last_sequence_number + 1
            } else {
                0
            },
            timestamp_ms: seed.timestamp_ms,
            schema_id: Some(table.current_schema_id),
            ..Snapshot::default()
        };
        let mut kept = Vec::new();
        let mut entries: BTreeMap<i32, Vec<ManifestEntry>> = BTreeMap::new();
        for (spec_id, file) in added {
            entries.entry(*spec_id).or_default().push(ManifestEntry {
                status: Status::Added,
                snapshot_id: Some(seed.snapshot_id),
                sequence_number: None,
                file_sequence_number: None,
                data_file: file.clone(),
            });
        }
        for (file, manifest) in &self.manifests {
            let goes = |entry: &ManifestEntry| {
                entry.is_alive() && removed.contains(&entry.data_file.file_path)
            };
            if !manifest.entries.iter().any(goes) {
                // What holds nothing but what is gone already need not be kept.
                if manifest.entries.iter().any(ManifestEntry::is_alive) {
                    kept.push(file.clone());
                }
                continue;
            }
            for entry in manifest.entries.iter().filter(|entry| entry.is_alive()) {
                let mut entry = entry.clone();
                entry.status = Status::Existing;
                if goes(&entry) {
                    entry.status = Status::Deleted;
                    entry.snapshot_id = Some(seed.snapshot_id);
                }
                entries.entry(manifest.spec_id).or_default().push(entry);
            }
        }
        snapshot.summary = summary(parent, removed.len(), added, self, removed);
        let mut files = Vec::new();
        let folder = format!("{}/metadata", table.location.trim_end_matches('/'));
        let mut list = Vec::new();
        for (at, (spec_id, entries)) in entries.into_iter().enumerate() {
            let none = || Error::corrupt(format!("There is no spec with id {spec_id}"));
            let spec = table.spec(spec_id).ok_or_else(none)?;
            let bytes = write_manifest(table, spec, Content::Data, &entries)?;
            let path = format!("{folder}/{}-m{at}.avro", seed.unique);
            let place = (path.as_str(), bytes.len());
            list.push(ManifestFile::describe(table, spec, place, &snapshot, &entries)?);
            files.push((path, bytes));
        }
        list.extend(kept);
        let path = format!("{folder}/snap-{}-0-{}.avro", seed.snapshot_id, seed.unique);
        let bytes = write_manifest_list(table.format_version, &snapshot, &list)?;
        files.push((path.clone(), bytes));
        snapshot.manifest_list = Some(path);
        Ok(Replaced { snapshot, files })
    }
}

/// Puts files into as few groups as hold them, none larger than a size.
fn packed(group: Group, target_bytes: i64) -> Vec<Group> {
    let Group { spec_id, mut files } = group;
    files.sort_by_key(|file| std::cmp::Reverse(file.file_size_in_bytes));
    let mut bins: Vec<(i64, Vec<DataFile>)> = Vec::new();
    for file in files {
        let size = file.file_size_in_bytes.max(1);
        match bins.iter_mut().find(|(filled, _)| filled.saturating_add(size) <= target_bytes) {
            Some((filled, bin)) => {
                *filled += size;
                bin.push(file);
            }
            None => bins.push((size, vec![file])),
        }
    }
    let worth = |(filled, bin): &(i64, Vec<DataFile>)| {
        bin.len() >= FILES_MIN || (bin.len() > 1 && *filled >= target_bytes / 4 * 3)
    };
    bins.into_iter().filter(worth).map(|(_, files)| Group { spec_id, files }).collect()
}

/// What the snapshot says of itself. Totals are carried on where the parent has them.
fn summary(
    parent: Option<&Snapshot>,
    removed_files: usize,
    added: &[(i32, DataFile)],
    all: &SnapshotFiles,
    removed: &BTreeSet<String>,
) -> BTreeMap<String, String> {
    let gone = || {
        let files = all.alive().map(|(_, entry)| &entry.data_file);
        files.filter(|file| removed.contains(&file.file_path))
    };
    let added_files = || added.iter().map(|(_, file)| file);
    let size = |file: &DataFile| file.file_size_in_bytes;
    let rows = |file: &DataFile| file.record_count;
    let (size_in, size_out): (i64, i64) = (added_files().map(size).sum(), gone().map(size).sum());
    let (rows_in, rows_out): (i64, i64) = (added_files().map(rows).sum(), gone().map(rows).sum());
    let (files_in, files_out) = (added.len() as i64, removed_files as i64);
    let mut summary: BTreeMap<String, String> = [
        ("operation", "replace".to_owned()),
        ("added-data-files", files_in.to_string()),
        ("deleted-data-files", files_out.to_string()),
        ("added-records", rows_in.to_string()),
        ("deleted-records", rows_out.to_string()),
        ("added-files-size", size_in.to_string()),
        ("removed-files-size", size_out.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let before = |name: &str| -> Option<i64> { parent?.summary.get(name)?.parse().ok() };
    for (name, change) in [
        ("total-data-files", files_in - files_out),
        ("total-records", rows_in - rows_out),
        ("total-files-size", size_in - size_out),
        ("total-delete-files", 0),
        ("total-position-deletes", 0),
        ("total-equality-deletes", 0),
    ] {
        if let Some(total) = before(name) {
            summary.insert(name.to_owned(), (total + change).to_string());
        }
    }
    summary
}
