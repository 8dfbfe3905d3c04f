//! Table buckets, namespaces and tables, as rows.

use std::collections::BTreeMap;

use platform::{AccountId, Row, Stored, Tags, Timestamp};
use s3tables_api::{
    EncryptionConfiguration, IcebergUnreferencedFileRemovalSettings, JobStatus, MaintenanceStatus,
    SSEAlgorithm, StorageClass, TableBucketMaintenanceConfigurationValue,
    TableMaintenanceConfigurationValue,
};
use serde::{Deserialize, Serialize};

/// A table bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BucketRow {
    pub id: String,
    pub created: Timestamp,
    /// How many tables it has.
    #[serde(default)]
    pub tables: usize,
    /// What tables are encrypted with that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Stored<EncryptionConfiguration>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Removal of files that nothing refers to, where it is not as it is by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Stored<TableBucketMaintenanceConfigurationValue>>,
}

impl Row for BucketRow {}

/// A namespace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NamespaceRow {
    pub id: String,
    pub created: Timestamp,
    pub created_by: AccountId,
}

impl Row for NamespaceRow {}

/// A table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TableRow {
    pub id: String,
    pub created: Timestamp,
    pub created_by: AccountId,
    pub modified: Timestamp,
    pub modified_by: AccountId,
    /// Another one after every change of the pointer.
    pub version_token: String,
    /// The pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_location: Option<String>,
    /// The bucket of S3 that has its files.
    pub warehouse: String,
    pub encryption: Stored<EncryptionConfiguration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compaction: Option<Stored<TableMaintenanceConfigurationValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<Stored<TableMaintenanceConfigurationValue>>,
    /// How its maintenance went last, by the kind of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub maintained: BTreeMap<String, Maintained>,
}

impl Row for TableRow {}

impl TableRow {
    /// Where its files are.
    pub fn location(&self) -> String {
        format!("s3://{}", self.warehouse)
    }
}

/// How a kind of maintenance went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Maintained {
    pub at: Timestamp,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Maintained {
    pub fn status(&self) -> JobStatus {
        if self.failure.is_some() { JobStatus::Failed } else { JobStatus::Successful }
    }
}

/// Where a table is known by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Called {
    pub namespace: String,
    pub name: String,
}

impl Row for Called {}

/// What is encrypted as S3 does it by itself.
pub(crate) fn standard_encryption() -> EncryptionConfiguration {
    EncryptionConfiguration { sse_algorithm: SSEAlgorithm::Aes256, kms_key_arn: None }
}

/// The class of storage that all tables are in.
pub(crate) fn storage_class() -> s3tables_api::StorageClassConfiguration {
    s3tables_api::StorageClassConfiguration { storage_class: StorageClass::Standard }
}

/// After how many days files go that no snapshot ever referred to.
pub(crate) const UNREFERENCED_DAYS: i32 = 3;
/// After how many days files that are marked so are deleted.
pub(crate) const NONCURRENT_DAYS: i32 = 10;

impl BucketRow {
    /// How files that nothing refers to are removed.
    pub fn removal(&self) -> TableBucketMaintenanceConfigurationValue {
        let stored = self.removal.as_ref().map(|stored| stored.0.clone()).unwrap_or_default();
        let settings = stored.settings.and_then(|s| s.iceberg_unreferenced_file_removal);
        let settings = settings.unwrap_or_default();
        TableBucketMaintenanceConfigurationValue {
            status: Some(stored.status.unwrap_or(MaintenanceStatus::Enabled)),
            settings: Some(s3tables_api::TableBucketMaintenanceSettings {
                iceberg_unreferenced_file_removal: Some(IcebergUnreferencedFileRemovalSettings {
                    unreferenced_days: settings.unreferenced_days.or(Some(UNREFERENCED_DAYS)),
                    non_current_days: settings.non_current_days.or(Some(NONCURRENT_DAYS)),
                }),
            }),
        }
    }
}

/// How large files are to be, in megabytes.
pub(crate) const TARGET_MB: i32 = 512;
/// How many snapshots are kept at least.
pub(crate) const MIN_SNAPSHOTS: i32 = 1;
/// For how many hours snapshots are kept.
pub(crate) const SNAPSHOT_HOURS: i32 = 120;

impl TableRow {
    /// How files are made larger.
    pub fn compaction(&self) -> TableMaintenanceConfigurationValue {
        let stored = self.compaction.as_ref().map(|stored| stored.0.clone()).unwrap_or_default();
        let settings = stored.settings.and_then(|settings| settings.iceberg_compaction);
        let mut settings = settings.unwrap_or_default();
        settings.target_file_size_mb.get_or_insert(TARGET_MB);
        settings.strategy.get_or_insert(s3tables_api::IcebergCompactionStrategy::Auto);
        TableMaintenanceConfigurationValue {
            status: Some(stored.status.unwrap_or(MaintenanceStatus::Enabled)),
            settings: Some(s3tables_api::TableMaintenanceSettings {
                iceberg_compaction: Some(settings),
                ..Default::default()
            }),
        }
    }

    /// How snapshots expire.
    pub fn snapshots(&self) -> TableMaintenanceConfigurationValue {
        let stored = self.snapshots.as_ref().map(|stored| stored.0.clone()).unwrap_or_default();
        let settings = stored.settings.and_then(|s| s.iceberg_snapshot_management);
        let mut settings = settings.unwrap_or_default();
        settings.min_snapshots_to_keep.get_or_insert(MIN_SNAPSHOTS);
        settings.max_snapshot_age_hours.get_or_insert(SNAPSHOT_HOURS);
        TableMaintenanceConfigurationValue {
            status: Some(stored.status.unwrap_or(MaintenanceStatus::Enabled)),
            settings: Some(s3tables_api::TableMaintenanceSettings {
                iceberg_snapshot_management: Some(settings),
                ..Default::default()
            }),
        }
    }
}
