//! The columns of an inventory and their values.

use aquifer_formats::{Column, ColumnKind as Kind, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3_api::{
    InventoryConfiguration, InventoryFormat, InventoryIncludedObjectVersions,
    InventoryOptionalField as Optional,
};

use crate::encryption::Encryption;
use crate::model::Version;
use crate::ops::bucket_owner;
use crate::tiering;

/// What keys keep of themselves in URLs.
const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'*');

/// A version in its place.
pub(super) struct Entry {
    pub key: String,
    pub version: Version,
    pub is_latest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Bucket,
    Key,
    VersionId,
    IsLatest,
    IsDeleteMarker,
    Optional(Optional),
}

/// The columns that a configuration asks for.
pub(super) struct Fields {
    fields: Vec<Field>,
    bucket: String,
    csv: bool,
}

/// Optional fields, in the order of their columns.
const OPTIONAL: [Optional; 11] = [
    Optional::Size,
    Optional::LastModifiedDate,
    Optional::ETag,
    Optional::StorageClass,
    Optional::IsMultipartUploaded,
    Optional::ReplicationStatus,
    Optional::EncryptionStatus,
    Optional::IntelligentTieringAccessTier,
    Optional::BucketKeyStatus,
    Optional::ChecksumAlgorithm,
    Optional::ObjectOwner,
];

impl Fields {
    pub fn of(bucket: &str, configuration: &InventoryConfiguration) -> Self {
        let mut fields = vec![Field::Bucket, Field::Key];
        if configuration.included_object_versions == InventoryIncludedObjectVersions::All {
            fields.extend([Field::VersionId, Field::IsLatest, Field::IsDeleteMarker]);
        }
        let asked = configuration.optional_fields.as_deref().unwrap_or_default();
        let optional = OPTIONAL.into_iter().filter(|field| asked.contains(field));
        fields.extend(optional.map(Field::Optional));
        let format = configuration.destination.s3_bucket_destination.format;
        Self { fields, bucket: bucket.to_owned(), csv: format == InventoryFormat::Csv }
    }

    /// The columns of a file. What is text in CSV has its own kind in Parquet.
    pub fn columns(&self) -> Vec<Column<'static>> {
        let column = |field: &Field| {
            let (csv_name, name, kind) = field.column();
            let required = matches!(field, Field::Bucket | Field::Key);
            match self.csv {
                true => Column { name: csv_name, kind: Kind::Text, required },
                false => Column { name, kind, required },
            }
        };
        self.fields.iter().map(column).collect()
    }

    /// The columns as the manifest names them.
    pub fn schema(&self) -> String {
        if self.csv {
            let names: Vec<&str> = self.fields.iter().map(|field| field.column().0).collect();
            return names.join(", ");
        }
        let mut text = "message s3.inventory {".to_owned();
        for Column { name, kind, required } in self.columns() {
            let need = if required { "required" } else { "optional" };
            let (kind, note) = match kind {
                Kind::Text => ("binary", " (UTF8)"),
                Kind::Bool => ("boolean", ""),
                Kind::Int => ("int64", ""),
                Kind::Time => ("int64", " (TIMESTAMP_MILLIS)"),
            };
            text.push_str(&format!(" {need} {kind} {name}{note};"));
        }
        text.push_str(" }");
        text
    }

    /// The values of a row.
    pub fn row(&self, entry: &Entry) -> Vec<Value> {
        let value = |field: &Field| match self.value(*field, entry) {
            value if !self.csv => value,
            Value::Bool(value) => Value::Text(value.to_string()),
            Value::Int(value) => Value::Text(value.to_string()),
            value => value,
        };
        self.fields.iter().map(value).collect()
    }

    fn value(&self, field: Field, entry: &Entry) -> Value {
        let version = &entry.version;
        let of_object = |value: Value| if version.delete_marker { Value::Null } else { value };
        match field {
            Field::Bucket => Value::Text(self.bucket.clone()),
            Field::Key if self.csv => Value::Text(utf8_percent_encode(&entry.key, KEY).to_string()),
            Field::Key => Value::Text(entry.key.clone()),
            Field::VersionId => version.id.clone().map_or(Value::Null, Value::Text),
            Field::IsLatest => Value::Bool(entry.is_latest),
            Field::IsDeleteMarker => Value::Bool(version.delete_marker),
            Field::Optional(field) => match field {
                Optional::LastModifiedDate if self.csv => {
                    Value::Text(version.modified.floor_secs().rfc3339_millis())
                }
                Optional::LastModifiedDate => {
                    Value::Time(version.modified.floor_secs().as_millis())
                }
                Optional::Size => {
                    of_object(i64::try_from(version.size).map_or(Value::Null, Value::Int))
                }
                Optional::ETag => of_object(Value::Text(version.etag.clone())),
                Optional::StorageClass => {
                    let class = version.storage_class.as_deref().unwrap_or("STANDARD");
                    of_object(Value::Text(class.to_owned()))
                }
                Optional::IsMultipartUploaded => of_object(Value::Bool(!version.parts.is_empty())),
                Optional::ReplicationStatus => version.replication.map_or(Value::Null, |status| {
                    Value::Text(crate::replication::status(status).as_str().to_owned())
                }),
                Optional::EncryptionStatus => {
                    let status = match &version.encryption {
                        None => "NOT-SSE",
                        Some(Encryption::S3) => "SSE-S3",
                        Some(Encryption::Kms(row)) if row.dual => "DSSE-KMS",
                        Some(Encryption::Kms(_)) => "SSE-KMS",
                        Some(Encryption::Customer(_)) => "SSE-C",
                    };
                    of_object(Value::Text(status.to_owned()))
                }
                Optional::BucketKeyStatus => {
                    let by = version.encryption.as_ref();
                    let by =
                        by.is_some_and(|by| matches!(by, Encryption::Kms(row) if row.bucket_key));
                    let status = if by { "ENABLED" } else { "DISABLED" };
                    of_object(Value::Text(status.to_owned()))
                }
                Optional::IntelligentTieringAccessTier => {
                    let tier = tiering::tier(version);
                    tier.map_or(Value::Null, |tier| Value::Text(tier.listed().to_owned()))
                }
                Optional::ChecksumAlgorithm => {
                    version.checksum.as_ref().map_or(Value::Null, |sum| {
                        Value::Text(sum.algorithm.name().as_str().to_owned())
                    })
                }
                Optional::ObjectOwner => Value::Text(bucket_owner(version.owner)),
                _ => Value::Null,
            },
        }
    }
}

impl Field {
    /// Its name in CSV, in Parquet, and what it holds there.
    fn column(self) -> (&'static str, &'static str, Kind) {
        match self {
            Self::Bucket => ("Bucket", "bucket", Kind::Text),
            Self::Key => ("Key", "key", Kind::Text),
            Self::VersionId => ("VersionId", "version_id", Kind::Text),
            Self::IsLatest => ("IsLatest", "is_latest", Kind::Bool),
            Self::IsDeleteMarker => ("IsDeleteMarker", "is_delete_marker", Kind::Bool),
            Self::Optional(field) => match field {
                Optional::Size => ("Size", "size", Kind::Int),
                Optional::LastModifiedDate => {
                    ("LastModifiedDate", "last_modified_date", Kind::Time)
                }
                Optional::ETag => ("ETag", "e_tag", Kind::Text),
                Optional::StorageClass => ("StorageClass", "storage_class", Kind::Text),
                Optional::IsMultipartUploaded => {
                    ("IsMultipartUploaded", "is_multipart_uploaded", Kind::Bool)
                }
                Optional::ReplicationStatus => {
                    ("ReplicationStatus", "replication_status", Kind::Text)
                }
                Optional::EncryptionStatus => ("EncryptionStatus", "encryption_status", Kind::Text),
                Optional::BucketKeyStatus => ("BucketKeyStatus", "bucket_key_status", Kind::Text),
                Optional::IntelligentTieringAccessTier => {
                    let name = "intelligent_tiering_access_tier";
                    ("IntelligentTieringAccessTier", name, Kind::Text)
                }
                Optional::ChecksumAlgorithm => {
                    ("ChecksumAlgorithm", "checksum_algorithm", Kind::Text)
                }
                Optional::ObjectOwner => ("ObjectOwner", "object_owner", Kind::Text),
                // Refused when the configuration is put.
                other => (other.as_str(), other.as_str(), Kind::Text),
            },
        }
    }
}
