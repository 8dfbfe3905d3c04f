//! What the metadata alone tells: snapshots, names of them, properties, former metadata.

use std::collections::BTreeSet;
use std::sync::Arc;

use aquifer_iceberg::RefKind;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Int32Array, Int64Array, MapBuilder, StringArray, StringBuilder,
    TimestampMillisecondArray,
};

use super::{About, Columns, moment};

fn moments(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_iter_values(values).with_data_type(moment()))
}

impl About<'_> {
    pub(super) fn snapshots(&self) -> Columns {
        let all = || self.table.snapshots.iter();
        let said = |name: &'static str| {
            all().map(move |one| one.summary.get(name).cloned()).collect::<StringArray>()
        };
        let mut summary = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for snapshot in all() {
            for (key, value) in snapshot.summary.iter().filter(|(key, _)| *key != "operation") {
                summary.keys().append_value(key);
                summary.values().append_value(value);
            }
            // One key has one value each: they are built together.
            let _ = summary.append(true);
        }
        vec![
            ("committed_at", moments(all().map(|one| one.timestamp_ms))),
            (
                "snapshot_id",
                Arc::new(Int64Array::from_iter_values(all().map(|one| one.snapshot_id))),
            ),
            (
                "parent_id",
                Arc::new(all().map(|one| one.parent_snapshot_id).collect::<Int64Array>()),
            ),
            ("operation", Arc::new(said("operation"))),
            (
                "manifest_list",
                Arc::new(all().map(|one| one.manifest_list.clone()).collect::<StringArray>()),
            ),
            ("summary", Arc::new(summary.finish())),
        ]
    }

    pub(super) fn history(&self) -> Columns {
        let mut ancestors = BTreeSet::new();
        let mut next = self.table.current_snapshot_id;
        while let Some(snapshot) = next.and_then(|id| self.table.snapshot(id)) {
            if !ancestors.insert(snapshot.snapshot_id) {
                break;
            }
            next = snapshot.parent_snapshot_id;
        }
        let all = || self.table.snapshot_log.iter();
        let parent = |id: i64| self.table.snapshot(id).and_then(|one| one.parent_snapshot_id);
        let is_ancestor = |id: i64| Some(ancestors.contains(&id));
        vec![
            ("made_current_at", moments(all().map(|one| one.timestamp_ms))),
            (
                "snapshot_id",
                Arc::new(Int64Array::from_iter_values(all().map(|one| one.snapshot_id))),
            ),
            (
                "parent_id",
                Arc::new(all().map(|one| parent(one.snapshot_id)).collect::<Int64Array>()),
            ),
            (
                "is_current_ancestor",
                Arc::new(all().map(|one| is_ancestor(one.snapshot_id)).collect::<BooleanArray>()),
            ),
        ]
    }

    pub(super) fn refs(&self) -> Columns {
        let all = || self.table.refs.iter();
        let kind = |kind: RefKind| if kind == RefKind::Branch { "BRANCH" } else { "TAG" };
        let kept = |of: fn(&aquifer_iceberg::Retention) -> Option<i64>| -> ArrayRef {
            Arc::new(all().map(|(_, one)| of(&one.retention)).collect::<Int64Array>())
        };
        let least = all().map(|(_, one)| one.retention.min_snapshots_to_keep);
        vec![
            ("name", Arc::new(StringArray::from_iter_values(all().map(|(name, _)| name)))),
            ("type", Arc::new(StringArray::from_iter_values(all().map(|(_, one)| kind(one.kind))))),
            (
                "snapshot_id",
                Arc::new(Int64Array::from_iter_values(all().map(|(_, one)| one.snapshot_id))),
            ),
            ("max_reference_age_in_ms", kept(|retention| retention.max_ref_age_ms)),
            ("min_snapshots_to_keep", Arc::new(least.collect::<Int32Array>())),
            ("max_snapshot_age_in_ms", kept(|retention| retention.max_snapshot_age_ms)),
        ]
    }

    pub(super) fn properties(&self) -> Columns {
        let all = || self.table.properties.iter();
        vec![
            ("key", Arc::new(StringArray::from_iter_values(all().map(|(key, _)| key)))),
            ("value", Arc::new(StringArray::from_iter_values(all().map(|(_, value)| value)))),
        ]
    }

    pub(super) fn metadata_log(&self) -> Columns {
        let all = || self.table.metadata_log.iter();
        vec![
            ("timestamp", moments(all().map(|one| one.timestamp_ms))),
            ("file", Arc::new(StringArray::from_iter_values(all().map(|one| &one.metadata_file)))),
        ]
    }
}
