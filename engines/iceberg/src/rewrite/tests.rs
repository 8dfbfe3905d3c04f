//! Which files are rewritten, and what becomes of the others.

use super::*;
use crate::avro::Value;
use crate::metadata::CreateTable;
use crate::schema::Schema;
use crate::snapshot::{MAIN, RefKind, Retention, SnapshotRef};
use crate::update::TableUpdate;

fn table() -> TableMetadata {
    let schema: Schema = serde_json::from_str(
        r#"{"fields":[{"id":1,"name":"id","required":false,"type":"long"},
            {"id":2,"name":"day","required":false,"type":"date"}]}"#,
    )
    .expect("a schema");
    let spec = r#"{"fields":[{"source-id":2,"name":"day","transform":"identity"}]}"#;
    let create = CreateTable {
        uuid: "u".into(),
        location: "s3://b/t".into(),
        schema,
        partition_spec: serde_json::from_str(spec).expect("a spec"),
        ..CreateTable::default()
    };
    TableMetadata::create(create, 0).expect("a table")
}

fn file(path: &str, day: i64, size: i64) -> DataFile {
    DataFile {
        file_path: path.into(),
        file_format: "PARQUET".into(),
        partition: vec![Value::Long(day)],
        record_count: 10,
        file_size_in_bytes: size,
        value_counts: [(1, 10)].into(),
        null_value_counts: [(1, 0)].into(),
        lower_bounds: [(1, (size * 2).to_le_bytes().to_vec())].into(),
        upper_bounds: [(1, (size * 3).to_le_bytes().to_vec())].into(),
        ..DataFile::default()
    }
}

/// A table after a snapshot that adds files, written and read as files are.
fn with(
    table: &TableMetadata,
    before: &SnapshotFiles,
    added: &[DataFile],
) -> (TableMetadata, SnapshotFiles) {
    let number = table.last_sequence_number + 1;
    let snapshot = Snapshot {
        snapshot_id: number * 100,
        parent_snapshot_id: table.current_snapshot_id,
        sequence_number: number,
        timestamp_ms: number,
        manifest_list: Some("l".into()),
        ..Snapshot::default()
    };
    let entry = |file: &DataFile| ManifestEntry {
        status: Status::Added,
        snapshot_id: Some(snapshot.snapshot_id),
        sequence_number: None,
        file_sequence_number: None,
        data_file: file.clone(),
    };
    let entries: Vec<_> = added.iter().map(entry).collect();
    let spec = &table.partition_specs[0];
    let content = added[0].content;
    let bytes = write_manifest(table, spec, content, &entries).expect("a manifest");
    let place = ("s3://b/t/m.avro", bytes.len());
    let described = ManifestFile::describe(table, spec, place, &snapshot, &entries);
    let list = write_manifest_list(2, &snapshot, &[described.expect("described")]);
    let list = crate::manifest::read_manifest_list(&list.expect("a list")).expect("a list");
    let mut files = before.clone();
    files.add(list[0].clone(), &bytes, table).expect("a manifest");
    (commit(table, snapshot), files)
}

fn commit(table: &TableMetadata, snapshot: Snapshot) -> TableMetadata {
    let reference = SnapshotRef {
        snapshot_id: snapshot.snapshot_id,
        kind: RefKind::Branch,
        retention: Retention::default(),
    };
    let updates = [
        TableUpdate::AddSnapshot { snapshot },
        TableUpdate::SetSnapshotRef { ref_name: MAIN.into(), reference },
    ];
    table.apply(&updates, 0).expect("a table")
}

fn small(days: &[i64], each: usize) -> Vec<DataFile> {
    let of = |day: &i64| {
        (0..each)
            .map(|at| file(&format!("s3://b/t/{day}-{at}"), *day, 10 + at as i64))
            .collect::<Vec<_>>()
    };
    days.iter().flat_map(of).collect()
}

const MB: i64 = 1 << 20;

#[test]
fn small_files_of_a_partition_are_put_together() {
    let (table, files) = with(&table(), &SnapshotFiles::default(), &small(&[1, 2], 6));
    let (table, files) = with(&table, &files, &[file("s3://b/t/large", 1, 63 * MB)]);
    let groups = files.groups(&table, 64 * MB);
    assert_eq!(groups.iter().map(|group| group.files.len()).collect::<Vec<_>>(), [6, 6]);
    let none = files.groups(&table, 10);
    assert!(none.is_empty(), "files that are large enough stay: {none:?}");
    let one = merged(&groups[0].files, &table.schemas);
    assert_eq!((one.record_count, one.value_counts.get(&1)), (60, Some(&60)));
    assert_eq!(one.lower_bounds[&1], 20_i64.to_le_bytes());
    assert_eq!(one.upper_bounds[&1], 45_i64.to_le_bytes());
    let removed: BTreeSet<String> = groups[0].files.iter().map(|f| f.file_path.clone()).collect();
    let one = DataFile { file_path: "s3://b/t/one".into(), file_size_in_bytes: 75, ..one };
    let seed = Seed { snapshot_id: 7, timestamp_ms: 9, unique: "x".into() };
    let replaced = files.replace(&table, &removed, &[(0, one)], &seed).expect("a snapshot");
    assert_eq!(replaced.snapshot.summary["operation"], "replace");
    assert_eq!(replaced.snapshot.summary["deleted-data-files"], "6");
    let after = commit(&table, replaced.snapshot.clone());
    let read = |path: &str| {
        replaced.files.iter().find(|(known, _)| known == path).map(|(_, bytes)| bytes.as_slice())
    };
    let list = read(replaced.snapshot.manifest_list.as_deref().expect("a list")).expect("written");
    let list = crate::manifest::read_manifest_list(list).expect("a list");
    assert_eq!(list.len(), 2, "what is not touched stays as it is");
    assert_eq!(
        (list[0].added_files, list[0].existing_files, list[0].deleted_files),
        (Some(1), Some(6), Some(6))
    );
    assert_eq!(list[0].min_sequence_number, 1, "the others are as old as they were");
    let bound = list[0].partitions.as_ref().expect("summaries")[0].upper_bound.clone();
    assert_eq!(bound, Some(2_i32.to_le_bytes().to_vec()));
    let mut now = SnapshotFiles::default();
    now.add(list[0].clone(), read(&list[0].manifest_path).expect("written"), &after).expect("read");
    let alive: Vec<_> =
        now.alive().map(|(_, e)| (e.data_file.file_path.as_str(), e.sequence_number)).collect();
    assert_eq!(alive.len(), 7);
    assert!(
        alive.contains(&("s3://b/t/one", Some(3))) && alive.contains(&("s3://b/t/2-0", Some(1)))
    );
    let again = now.replace(&after, &removed, &[], &seed);
    assert!(matches!(again, Err(Error::Conflict(_))), "they are gone");
}

#[test]
fn files_with_deletes_are_left_alone() {
    let (table, files) = with(&table(), &SnapshotFiles::default(), &small(&[1, 2], 6));
    let removed: BTreeSet<String> = (0..6).map(|at| format!("s3://b/t/1-{at}")).collect();
    let seed = Seed { snapshot_id: 7, timestamp_ms: 9, unique: "x".into() };
    assert!(files.replace(&table, &removed, &[], &seed).is_ok());
    for content in [Content::PositionDeletes, Content::EqualityDeletes] {
        let deletes = DataFile { content, ..file("s3://b/t/deletes", 1, 10) };
        let (table, files) = with(&table, &files, &[deletes]);
        let groups = files.groups(&table, 64 * MB);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].files[0].partition, [Value::Long(2)], "{content:?}");
        let late = files.replace(&table, &removed, &[], &seed);
        assert!(matches!(late, Err(Error::Conflict(_))), "deleted from meanwhile");
        // Rows that came after a delete are not of it.
        let younger: Vec<_> = (0..6).map(|at| file(&format!("s3://b/t/new-{at}"), 1, 10)).collect();
        let (table, files) = with(&table, &files, &younger);
        assert_eq!(files.groups(&table, 64 * MB).len(), 2, "{content:?}");
    }
}
