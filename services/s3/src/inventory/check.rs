//! What AWS refuses of an inventory's configuration.

use platform::{ReadTx, Result};
use s3_api::{InventoryConfiguration, InventoryFormat, InventoryOptionalField as Field};

use crate::replication::rules::bucket_of;
use crate::store::BUCKETS;
use crate::{error, names};

const ID_LENGTH_MAX: usize = 64;
/// Configurations of a bucket.
pub(crate) const COUNT_MAX: usize = 1_000;

/// Refuses what can be seen from the configuration alone.
pub(crate) fn document(id: &str, configuration: &InventoryConfiguration) -> Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if id.is_empty() || id.len() > ID_LENGTH_MAX || !id.chars().all(fits) {
        return Err(error::invalid_argument("id", id, "Invalid inventory configuration ID"));
    }
    if configuration.id != id {
        let message = "The ID of the configuration is not the one of the request";
        return Err(error::invalid_argument("Id", &configuration.id, message));
    }
    let destination = &configuration.destination.s3_bucket_destination;
    if bucket_of(&destination.bucket).is_none() {
        let message = "Invalid bucket ARN";
        return Err(error::invalid_argument("Bucket", &destination.bucket, message));
    }
    if destination.format == InventoryFormat::Orc {
        return Err(error::not_implemented("Format: ORC"));
    }
    if destination.encryption.is_some() {
        return Err(error::not_implemented("Encryption"));
    }
    names::check_key(destination.prefix.as_deref().unwrap_or_default())?;
    for field in configuration.optional_fields.iter().flatten() {
        if !supported(*field) {
            return Err(error::not_implemented(&format!("OptionalFields: {}", field.as_str())));
        }
    }
    Ok(())
}

fn supported(field: Field) -> bool {
    matches!(
        field,
        Field::Size
            | Field::LastModifiedDate
            | Field::StorageClass
            | Field::ETag
            | Field::IsMultipartUploaded
            | Field::ReplicationStatus
            | Field::EncryptionStatus
            | Field::IntelligentTieringAccessTier
            | Field::BucketKeyStatus
            | Field::ChecksumAlgorithm
            | Field::ObjectOwner
    )
}

/// Refuses a destination that is not there, or not whose it should be.
pub(crate) fn destination(tx: &ReadTx<'_>, configuration: &InventoryConfiguration) -> Result<()> {
    let destination = &configuration.destination.s3_bucket_destination;
    let name = bucket_of(&destination.bucket).unwrap_or_default();
    let there = BUCKETS.get(tx, name.as_str())?;
    let fits = there.is_some_and(|bucket| {
        let owner = bucket.owner.account;
        destination.account_id.as_deref().is_none_or(|account| account == owner.as_str())
    });
    if fits { Ok(()) } else { Err(error::invalid_destination()) }
}
