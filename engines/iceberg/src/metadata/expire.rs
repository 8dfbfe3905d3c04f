//! Which snapshots are old enough to go.

use std::collections::BTreeSet;

use super::TableMetadata;
use crate::snapshot::{MAIN, RefKind};
use crate::update::TableUpdate;

impl TableMetadata {
    /// The changes that let go of snapshots which no branch or tag keeps: of a branch its newest few
    /// are kept, and all that are younger than an age, both as the branch says or else as given here.
    /// Names that are older than they may be go too, except the main branch.
    pub fn expire(&self, min_snapshots: i32, max_age_ms: i64, now_ms: i64) -> Vec<TableUpdate> {
        let mut kept = BTreeSet::new();
        let mut gone = Vec::new();
        for (name, reference) in &self.refs {
            let at = self.snapshot(reference.snapshot_id);
            let age = at.map_or(i64::MAX, |at| now_ms.saturating_sub(at.timestamp_ms));
            let ends = reference.retention.max_ref_age_ms;
            if name != MAIN && ends.is_some_and(|ends| age > ends) {
                gone.push(TableUpdate::RemoveSnapshotRef { ref_name: name.clone() });
                continue;
            }
            if reference.kind == RefKind::Tag {
                kept.insert(reference.snapshot_id);
                continue;
            }
            let least = reference.retention.min_snapshots_to_keep.unwrap_or(min_snapshots).max(1);
            let oldest = reference.retention.max_snapshot_age_ms.unwrap_or(max_age_ms);
            let mut next = Some(reference.snapshot_id);
            let mut seen = 0;
            let mut walked = BTreeSet::new();
            while let Some(snapshot) = next.and_then(|id| self.snapshot(id)) {
                let young = now_ms.saturating_sub(snapshot.timestamp_ms) <= oldest;
                if seen >= least && !young {
                    break;
                }
                walked.insert(snapshot.snapshot_id);
                seen += 1;
                // A parent is another snapshot; what says otherwise must not hold us.
                next = snapshot.parent_snapshot_id.filter(|id| !walked.contains(id));
            }
            kept.append(&mut walked);
        }
        let lone = |id: i64, timestamp_ms: i64| {
            let old = now_ms.saturating_sub(timestamp_ms) > max_age_ms;
            (old && !kept.contains(&id)).then_some(id)
        };
        let ids = self.snapshots.iter().filter_map(|s| lone(s.snapshot_id, s.timestamp_ms));
        let snapshot_ids: Vec<i64> = ids.collect();
        if !snapshot_ids.is_empty() {
            gone.push(TableUpdate::RemoveSnapshots { snapshot_ids });
        }
        gone
    }
}
