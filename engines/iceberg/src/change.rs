//! Changes of a table's files: the snapshot in which some are added and some are gone.
//!
//! Files that come and go are given; which manifests that needs, and what the snapshot says of
//! itself, is decided here. Whether a change still fits a table that others changed meanwhile is for
//! who makes it: see [`Change::missing`].

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::manifest::{
    Content, DataFile, Manifest, ManifestEntry, ManifestFile, Status, write_manifest,
    write_manifest_list,
};
use crate::metadata::TableMetadata;
use crate::rewrite::{Replaced, Seed};
use crate::snapshot::{MAIN, RefKind, Snapshot, SnapshotRef};
use crate::update::TableUpdate;

/// A manifest of the snapshot that is changed; read, where files of it may go.
pub type Known = (ManifestFile, Option<Manifest>);

/// What changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// `append`, `overwrite`, `delete` or `replace`.
    pub operation: &'static str,
    /// Files of rows and of deletes, each with the spec it is of.
    pub added: Vec<(i32, DataFile)>,
    /// The paths of files that go.
    pub removed: BTreeSet<String>,
    /// How old the rows of added files count, where they are older than the change: deletes that
    /// others added meanwhile are then still of them.
    pub sequence_number: Option<i64>,
    /// What else the snapshot says of itself.
    pub notes: BTreeMap<String, String>,
}

impl Change {
    /// The first file that is to go and is no longer there.
    pub fn missing<'c>(&'c self, known: &[Known]) -> Option<&'c str> {
        let there: BTreeSet<&str> = alive(known).map(|entry| &*entry.data_file.file_path).collect();
        self.removed.iter().map(String::as_str).find(|path| !there.contains(path))
    }

    /// The snapshot, and the files it needs written first.
    ///
    /// # Errors
    /// When a file's spec is not the table's.
    pub fn snapshot(
        &self,
        table: &TableMetadata,
        known: &[Known],
        seed: &Seed,
    ) -> Result<Replaced> {
        let parent = table.current_snapshot();
        let number = if table.format_version > 1 { table.last_sequence_number + 1 } else { 0 };
        let mut snapshot = Snapshot {
            snapshot_id: seed.snapshot_id,
            parent_snapshot_id: parent.map(|parent| parent.snapshot_id),
            sequence_number: number,
            timestamp_ms: seed.timestamp_ms,
            schema_id: Some(table.current_schema_id),
            ..Snapshot::default()
        };
        let (mut entries, mut kept) = self.entries(known, seed);
        snapshot.summary = self.summary(parent, known);
        let folder = format!("{}/metadata", table.location.trim_end_matches('/'));
        let (mut files, mut list) = (Vec::new(), Vec::new());
        for (at, ((spec_id, deletes), entries)) in entries.iter_mut().enumerate() {
            let none = || Error::corrupt(format!("There is no spec with id {spec_id}"));
            let spec = table.spec(*spec_id).ok_or_else(none)?;
            let content = if *deletes { Content::PositionDeletes } else { Content::Data };
            let bytes = write_manifest(table, spec, content, entries)?;
            let path = format!("{folder}/{}-m{at}.avro", seed.unique);
            let place = (path.as_str(), bytes.len());
            list.push(ManifestFile::describe(table, spec, place, &snapshot, entries)?);
            files.push((path, bytes));
        }
        list.append(&mut kept);
        let path = format!("{folder}/snap-{}-1-{}.avro", seed.snapshot_id, seed.unique);
        let bytes = write_manifest_list(table.format_version, &snapshot, &list)?;
        files.push((path.clone(), bytes));
        snapshot.manifest_list = Some(path);
        Ok(Replaced { snapshot, files })
    }

    /// The entries of manifests to write, by spec and whether they are deletes; and the manifests
    /// that stay as they are.
    #[allow(clippy::type_complexity, reason = "it is taken apart where it is made")]
    fn entries(
        &self,
        known: &[Known],
        seed: &Seed,
    ) -> (BTreeMap<(i32, bool), Vec<ManifestEntry>>, Vec<ManifestFile>) {
        let mut entries: BTreeMap<(i32, bool), Vec<ManifestEntry>> = BTreeMap::new();
        for (spec_id, file) in &self.added {
            let deletes = file.content != Content::Data;
            entries.entry((*spec_id, deletes)).or_default().push(ManifestEntry {
                status: Status::Added,
                snapshot_id: Some(seed.snapshot_id),
                sequence_number: self.sequence_number.filter(|_| !deletes),
                file_sequence_number: None,
                data_file: file.clone(),
            });
        }
        let mut kept = Vec::new();
        for (file, manifest) in known {
            let goes = |entry: &ManifestEntry| {
                entry.is_alive() && self.removed.contains(&entry.data_file.file_path)
            };
            let touched = manifest.as_ref().filter(|manifest| manifest.entries.iter().any(goes));
            let Some(manifest) = touched else {
                // What holds nothing but what is gone already need not be kept.
                let empty = file.added_files == Some(0) && file.existing_files == Some(0);
                if !empty {
                    kept.push(file.clone());
                }
                continue;
            };
            for entry in manifest.entries.iter().filter(|entry| entry.is_alive()) {
                let mut entry = entry.clone();
                entry.status = Status::Existing;
                if goes(&entry) {
                    entry.status = Status::Deleted;
                    entry.snapshot_id = Some(seed.snapshot_id);
                }
                entries.entry((manifest.spec_id, file.deletes)).or_default().push(entry);
            }
        }
        (entries, kept)
    }

    /// What the snapshot says of itself. Totals are carried on where the parent has them.
    fn summary(&self, parent: Option<&Snapshot>, known: &[Known]) -> BTreeMap<String, String> {
        let gone: Vec<&DataFile> = alive(known)
            .map(|entry| &entry.data_file)
            .filter(|file| self.removed.contains(&file.file_path))
            .collect();
        let added: Vec<&DataFile> = self.added.iter().map(|(_, file)| file).collect();
        let mut parts: BTreeSet<String> = BTreeSet::new();
        parts.extend(added.iter().chain(&gone).map(|file| format!("{:?}", file.partition)));
        let (come, go) = (Count::of(&added), Count::of(&gone));
        let mut summary = self.notes.clone();
        summary.insert("operation".to_owned(), self.operation.to_owned());
        let mut say = |name: &str, number: i64| {
            if number > 0 {
                summary.insert(name.to_owned(), number.to_string());
            }
        };
        say("added-data-files", come.data);
        say("added-records", come.rows);
        say("added-delete-files", come.position + come.equality);
        say("added-position-delete-files", come.position);
        say("added-position-deletes", come.positions);
        say("added-files-size", come.bytes);
        say("deleted-data-files", go.data);
        say("deleted-records", go.rows);
        say("removed-delete-files", go.position + go.equality);
        say("removed-position-delete-files", go.position);
        say("removed-equality-delete-files", go.equality);
        say("removed-position-deletes", go.positions);
        say("removed-equality-deletes", go.equals);
        say("removed-files-size", go.bytes);
        summary.insert("changed-partition-count".to_owned(), parts.len().to_string());
        let before = |name: &str| -> Option<i64> {
            match parent {
                Some(parent) => parent.summary.get(name)?.parse().ok(),
                None => Some(0),
            }
        };
        for (name, change) in [
            ("total-data-files", come.data - go.data),
            ("total-records", come.rows - go.rows),
            ("total-files-size", come.bytes - go.bytes),
            ("total-delete-files", come.position + come.equality - go.position - go.equality),
            ("total-position-deletes", come.positions - go.positions),
            ("total-equality-deletes", come.equals - go.equals),
        ] {
            if let Some(total) = before(name) {
                summary.insert(name.to_owned(), (total + change).to_string());
            }
        }
        summary
    }
}

fn alive(known: &[Known]) -> impl Iterator<Item = &ManifestEntry> {
    let read = known.iter().filter_map(|(_, manifest)| manifest.as_ref());
    read.flat_map(|manifest| manifest.entries.iter().filter(|entry| entry.is_alive()))
}

/// What files come to.
#[derive(Default)]
struct Count {
    data: i64,
    rows: i64,
    position: i64,
    positions: i64,
    equality: i64,
    equals: i64,
    bytes: i64,
}

impl Count {
    fn of(files: &[&DataFile]) -> Self {
        let mut count = Self::default();
        for file in files {
            count.bytes += file.file_size_in_bytes;
            let (files, rows) = match file.content {
                Content::Data => (&mut count.data, &mut count.rows),
                Content::PositionDeletes => (&mut count.position, &mut count.positions),
                Content::EqualityDeletes => (&mut count.equality, &mut count.equals),
            };
            *files += 1;
            *rows += file.record_count;
        }
        count
    }
}

/// The changes that make a snapshot the current one.
pub fn to_main(table: &TableMetadata, snapshot: Snapshot) -> Vec<TableUpdate> {
    let kept = table.refs.get(MAIN).map(|main| main.retention.clone());
    let reference = SnapshotRef {
        snapshot_id: snapshot.snapshot_id,
        kind: RefKind::Branch,
        retention: kept.unwrap_or_default(),
    };
    vec![
        TableUpdate::AddSnapshot { snapshot },
        TableUpdate::SetSnapshotRef { ref_name: MAIN.to_owned(), reference },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{read_manifest, read_manifest_list};
    use crate::metadata::CreateTable;
    use crate::schema::Schema;
    use crate::types::{Field, Primitive, Type};

    fn file(name: &str, content: Content, rows: i64) -> (i32, DataFile) {
        let file = DataFile {
            content,
            file_path: name.to_owned(),
            file_format: "PARQUET".to_owned(),
            record_count: rows,
            file_size_in_bytes: 100,
            ..DataFile::default()
        };
        (0, file)
    }

    fn seed(id: i64) -> Seed {
        Seed { snapshot_id: id, timestamp_ms: 1_000 + id, unique: format!("u{id}") }
    }

    /// Applies a change; what is known of the table after it.
    fn step(
        table: &TableMetadata,
        known: &[Known],
        change: &Change,
        id: i64,
    ) -> (TableMetadata, Vec<Known>) {
        let replaced = change.snapshot(table, known, &seed(id)).unwrap();
        let file = |path: &str| {
            let own = replaced.files.iter().find(|(own, _)| own == path);
            own.map(|(_, bytes)| bytes.clone())
        };
        let list = file(replaced.snapshot.manifest_list.as_deref().unwrap()).unwrap();
        let updates = to_main(table, replaced.snapshot.clone());
        let after = table.apply(&updates, 1_000 + id).unwrap();
        let known = read_manifest_list(&list).unwrap().into_iter().map(|listed| {
            let earlier = known.iter().find(|(own, _)| own.manifest_path == listed.manifest_path);
            let manifest = match file(&listed.manifest_path) {
                Some(bytes) => Some(read_manifest(&bytes, &listed, &after).unwrap()),
                None => earlier.and_then(|(_, manifest)| manifest.clone()),
            };
            (listed, manifest)
        });
        let known = known.collect();
        (after, known)
    }

    #[test]
    fn files_come_and_go() {
        let id = Field {
            id: 1,
            name: "id".into(),
            required: false,
            field_type: Type::Primitive(Primitive::Long),
            doc: None,
        };
        let create = CreateTable {
            uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1".into(),
            location: "s3://b/t".into(),
            schema: Schema::new(vec![id]),
            ..CreateTable::default()
        };
        let table = TableMetadata::create(create, 1_000).unwrap();
        let added = vec![file("a", Content::Data, 3), file("b", Content::Data, 4)];
        let append = Change { operation: "append", added, ..Change::default() };
        let (table, known) = step(&table, &[], &append, 1);
        let added = vec![file("d", Content::PositionDeletes, 1), file("c", Content::Data, 1)];
        let update = Change { operation: "overwrite", added, ..Change::default() };
        let (table, known) = step(&table, &known, &update, 2);
        let summary = &table.current_snapshot().unwrap().summary;
        assert_eq!((&*summary["total-records"], &*summary["total-position-deletes"]), ("8", "1"));
        assert_eq!(known.len(), 3);
        let deletes: Vec<bool> = known.iter().map(|(file, _)| file.deletes).collect();
        assert_eq!(deletes, [false, true, false]);

        let removed = ["a", "d"].map(str::to_owned).into();
        let added = vec![file("e", Content::Data, 2)];
        let rewrite = Change {
            operation: "replace",
            added,
            removed,
            sequence_number: Some(2),
            ..Change::default()
        };
        assert_eq!(rewrite.missing(&known), None);
        let (table, known) = step(&table, &known, &rewrite, 3);
        assert_eq!(rewrite.missing(&known), Some("a"));
        let summary = &table.current_snapshot().unwrap().summary;
        assert_eq!((&*summary["total-records"], &*summary["total-delete-files"]), ("7", "0"));
        let mut files: Vec<(String, i64)> = alive(&known)
            .map(|e| (e.data_file.file_path.clone(), e.sequence_number.unwrap()))
            .collect();
        files.sort();
        let expected = [("b", 1), ("c", 2), ("e", 2)].map(|(name, n)| (name.to_owned(), n));
        assert_eq!(files, expected);
    }
}
