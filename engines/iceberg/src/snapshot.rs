//! Snapshots, and the branches and tags that keep them.
//!
//! <https://iceberg.apache.org/spec/#snapshots>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The branch that readers see.
pub const MAIN: &str = "main";

/// A state of the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    pub snapshot_id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_snapshot_id: Option<i64>,
    /// Zero in version 1, where it is not written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sequence_number: i64,
    pub timestamp_ms: i64,
    /// The file that lists its manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_list: Option<String>,
    /// The manifests themselves, as the first tables of version 1 have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifests: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub summary: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<i32>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A name of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SnapshotRef {
    pub snapshot_id: i64,
    #[serde(rename = "type")]
    pub kind: RefKind,
    #[serde(flatten)]
    pub retention: Retention,
}

/// A branch moves on, a tag stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefKind {
    Branch,
    Tag,
}

/// How long a name and what it names are kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Retention {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_snapshots_to_keep: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_snapshot_age_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ref_age_ms: Option<i64>,
}

impl Retention {
    /// Whether it says what it may.
    pub(crate) fn is_positive(&self) -> bool {
        self.min_snapshots_to_keep.is_none_or(|n| n > 0)
            && self.max_snapshot_age_ms.is_none_or(|n| n > 0)
            && self.max_ref_age_ms.is_none_or(|n| n > 0)
    }
}
