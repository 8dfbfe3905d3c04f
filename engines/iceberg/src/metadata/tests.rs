//! Tables as they are made, changed and expired.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::snapshot::{MAIN, RefKind, Retention};
use crate::types::{Field, Primitive, Type};
use crate::update::{LAST_ADDED, TableRequirement, TableUpdate, check_requirements};

fn column(id: i32, name: &str, of: Primitive) -> Field {
    Field { id, name: name.into(), required: false, field_type: Type::Primitive(of), doc: None }
}

fn table() -> TableMetadata {
    let schema = Schema::new(vec![
        column(7, "id", Primitive::Long),
        column(9, "at", Primitive::Timestamptz),
    ]);
    let partition_spec = serde_json::from_value(json!({
        "fields": [{ "source-id": 9, "name": "at_day", "transform": "day" }]
    }));
    let create = CreateTable {
        uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1".into(),
        location: "s3://b/t/".into(),
        schema,
        partition_spec: partition_spec.expect("a spec"),
        ..CreateTable::default()
    };
    TableMetadata::create(create, 1_000).expect("a table")
}

fn snapshot(id: i64, parent: Option<i64>, number: i64) -> Vec<TableUpdate> {
    let snapshot = Snapshot {
        snapshot_id: id,
        parent_snapshot_id: parent,
        sequence_number: number,
        timestamp_ms: 1_000 + number,
        manifest_list: Some(format!("s3://b/t/{id}.avro")),
        ..Snapshot::default()
    };
    let reference =
        SnapshotRef { snapshot_id: id, kind: RefKind::Branch, retention: Retention::default() };
    vec![
        TableUpdate::AddSnapshot { snapshot },
        TableUpdate::SetSnapshotRef { ref_name: MAIN.into(), reference },
    ]
}

#[test]
fn a_new_table_is_numbered_from_one() {
    let table = table();
    assert_eq!(table.location, "s3://b/t");
    assert_eq!((table.last_column_id, table.last_partition_id), (2, 1000));
    let json = serde_json::to_value(&table).expect("json");
    assert_eq!(json["current-snapshot-id"], -1);
    assert_eq!(json["partition-specs"][0]["fields"][0]["source-id"], 2);
    assert_eq!(json["schemas"][0]["type"], "struct");
    let read = TableMetadata::from_json(json.to_string().as_bytes()).expect("a table");
    assert_eq!(read, table);
}

#[test]
fn version_1_is_read_and_version_3_refused() {
    let first = json!({
        "format-version": 1, "location": "s3://b/t", "last-updated-ms": 1, "last-column-id": 1,
        "schema": { "type": "struct", "fields": [
            { "id": 1, "name": "x", "required": true, "type": "date" }] },
        "partition-spec": [{ "name": "x", "transform": "identity", "source-id": 1 }],
        "properties": {}, "current-snapshot-id": -1, "snapshots": [],
    });
    let read = TableMetadata::from_json(first.to_string().as_bytes()).expect("a table");
    assert_eq!(read.partition_specs[0].fields[0].field_id, Some(1000));
    let upgraded = read.apply(
        &[
            TableUpdate::AssignUuid { uuid: "u".into() },
            TableUpdate::UpgradeFormatVersion { format_version: 2 },
        ],
        5,
    );
    assert_eq!(upgraded.expect("a table").format_version, 2);
    let mut third = serde_json::to_value(table()).expect("json");
    third["format-version"] = 3.into();
    let refused = TableMetadata::from_json(third.to_string().as_bytes()).expect_err("refused");
    assert!(refused.to_string().contains("format version 3 is not supported"), "{refused}");
}

#[test]
fn schemas_and_specs_that_are_there_are_found() {
    let table = table();
    let mut schema = table.current_schema().expect("a schema").clone();
    schema.columns.fields.push(column(3, "more", Primitive::String));
    let updates = [
        TableUpdate::AddSchema { schema: schema.clone(), last_column_id: None },
        TableUpdate::SetCurrentSchema { schema_id: LAST_ADDED },
    ];
    let after = table.apply(&updates, 2_000).expect("a table");
    assert_eq!((after.current_schema_id, after.last_column_id), (1, 3));
    let again = after.apply(&updates, 2_000).expect("a table");
    assert_eq!(again.schemas.len(), 2);
    let spec = PartitionSpec { spec_id: 9, ..after.partition_specs[0].clone() };
    let again = after.apply(&[TableUpdate::AddSpec { spec }], 2_000).expect("a table");
    assert_eq!(again.partition_specs.len(), 1);
    let lonely = [TableUpdate::SetCurrentSchema { schema_id: LAST_ADDED }];
    assert!(matches!(table.apply(&lonely, 2_000), Err(Error::Invalid(_))));
    let current = [TableUpdate::RemoveSchemas { schema_ids: vec![1] }];
    assert!(after.apply(&current, 2_000).is_err());
    let former = [TableUpdate::RemoveSchemas { schema_ids: vec![0] }];
    assert_eq!(after.apply(&former, 2_000).expect("a table").schemas.len(), 1);
}

#[test]
fn changes_rest_on_requirements() {
    let table = table().apply(&snapshot(5, None, 1), 2_000).expect("a table");
    let asserted = |json| serde_json::from_value::<Vec<TableRequirement>>(json).expect("some");
    let good = asserted(json!([
        { "type": "assert-table-uuid", "uuid": "9C12D441-03fe-4693-9a96-a0705ddf69c1" },
        { "type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 5 },
        { "type": "assert-ref-snapshot-id", "ref": "other", "snapshot-id": null },
        { "type": "assert-current-schema-id", "current-schema-id": 0 },
        { "type": "assert-last-assigned-field-id", "last-assigned-field-id": 2 },
        { "type": "assert-last-assigned-partition-id", "last-assigned-partition-id": 1000 },
        { "type": "assert-default-spec-id", "default-spec-id": 0 },
        { "type": "assert-default-sort-order-id", "default-sort-order-id": 0 },
    ]));
    assert_eq!(check_requirements(Some(&table), &good), Ok(()));
    for bad in [
        json!([{ "type": "assert-create" }]),
        json!([{ "type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 4 }]),
        json!([{ "type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null }]),
        json!([{ "type": "assert-ref-snapshot-id", "ref": "dev", "snapshot-id": 5 }]),
        json!([{ "type": "assert-current-schema-id", "current-schema-id": 3 }]),
    ] {
        let refused = check_requirements(Some(&table), &asserted(bad.clone()));
        assert!(matches!(refused, Err(Error::Conflict(_))), "{bad}");
    }
    let create = asserted(json!([{ "type": "assert-create" }]));
    assert_eq!(check_requirements(None, &create), Ok(()));
}

#[test]
fn snapshots_follow_each_other_and_expire() {
    let mut now = table();
    for (id, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(3))] {
        now = now.apply(&snapshot(id, parent, id), 2_000).expect("a table");
    }
    assert_eq!(now.last_sequence_number, 4);
    assert!(now.apply(&snapshot(4, Some(3), 5), 2_000).is_err(), "the id is taken");
    assert!(now.apply(&snapshot(5, Some(4), 4), 2_000).is_err(), "the number is not higher");
    let tag = SnapshotRef { snapshot_id: 2, kind: RefKind::Tag, retention: Retention::default() };
    let tagged = TableUpdate::SetSnapshotRef { ref_name: "kept".into(), reference: tag };
    now = now.apply(&[tagged], 2_000).expect("a table");
    let gone = now.expire(1, 10, 100_000);
    assert_eq!(gone, [TableUpdate::RemoveSnapshots { snapshot_ids: vec![1, 3] }]);
    let after = now.apply(&gone, 100_000).expect("a table");
    let ids: Vec<i64> = after.snapshots.iter().map(|s| s.snapshot_id).collect();
    assert_eq!(ids, [2, 4]);
    assert_eq!(after.snapshot_log.len(), 1, "the past before a gap is forgotten");
    assert!(now.expire(1, 200_000, 100_000).is_empty(), "all are young");
    assert_eq!(now.expire(9, 10, 100_000), [], "and enough are kept");
    let main = TableUpdate::RemoveSnapshots { snapshot_ids: vec![4] };
    let after = now.apply(&[main], 2_000).expect("a table");
    assert_eq!((after.current_snapshot_id, after.refs.contains_key(MAIN)), (None, false));
}

proptest! {
    /// Whatever is committed in whatever order, a table is read as it was written, and its log and
    /// names point to snapshots that it has.
    #[test]
    fn tables_hold_together(steps in prop::collection::vec((0_u8..4, 0_i64..6), 0..40)) {
        let mut table = table();
        let mut next = 0;
        for (step, which) in steps {
            let updates = match step {
                0 | 1 => {
                    next += 1;
                    snapshot(next, table.current_snapshot_id, table.last_sequence_number + 1)
                }
                2 => vec![TableUpdate::RemoveSnapshots { snapshot_ids: vec![which] }],
                _ => table.expire(1, which, 1_000 + next),
            };
            table = table.apply(&updates, 1_000 + next).expect("a change that may be");
            let json = table.to_json().expect("json");
            prop_assert_eq!(&TableMetadata::from_json(&json).expect("a table"), &table);
            for reference in table.refs.values() {
                prop_assert!(table.snapshot(reference.snapshot_id).is_some());
            }
            for entry in &table.snapshot_log {
                prop_assert!(table.snapshot(entry.snapshot_id).is_some());
            }
        }
    }
}
