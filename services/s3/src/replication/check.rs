//! What AWS refuses of a replication configuration.

use std::collections::HashSet;

use platform::{Fail, ReadTx, Result};
use s3_api::{
    DeleteMarkerReplicationStatus, Destination, MetricsStatus, ReplicationConfiguration,
    ReplicationRule, ReplicationTimeStatus, SseKmsEncryptedObjectsStatus,
};

use super::rules;
use crate::model::{Bucket, Versioning};
use crate::settings::Setting;
use crate::store::BUCKETS;
use crate::{classes, error};

const RULES_MAX: usize = 1_000;
const ID_CHARACTERS_MAX: usize = 255;
const PREFIX_BYTES_MAX: usize = 1_024;
/// The only threshold of replication time control.
const MINUTES: i32 = 15;

/// Refuses what can be seen from the configuration alone.
pub(crate) fn document(configuration: &ReplicationConfiguration) -> Result<()> {
    role(&configuration.role)?;
    let given = &configuration.rules;
    if given.is_empty() {
        return Err(error::malformed_xml());
    }
    if given.len() > RULES_MAX {
        return Err(error::invalid_request(format!(
            "The number of replication rules must not exceed the allowed limit of {RULES_MAX} rules"
        )));
    }
    let (mut ids, mut priorities) = (HashSet::new(), HashSet::new());
    for one in given {
        rule(one)?;
        if let Some(id) = one.id.as_deref().filter(|id| !id.is_empty())
            && !ids.insert(id)
        {
            return Err(error::invalid_argument(
                "ID",
                id,
                "Rule ID must be unique. Found same ID for more than one rule",
            ));
        }
        if let Some(priority) = one.priority
            && !priorities.insert(priority)
        {
            return Err(error::invalid_request(format!(
                "Found duplicate priority: {priority}. The priority of each rule must be unique."
            )));
        }
    }
    let filters = given.iter().filter(|rule| rule.filter.is_some()).count();
    // The two forms cannot be mixed.
    if filters != 0 && filters != given.len() { Err(error::malformed_xml()) } else { Ok(()) }
}

fn role(arn: &str) -> Result<()> {
    let bad = || {
        error::invalid_argument("Role", arn, "Invalid Role specified in replication configuration")
    };
    let parsed: platform::Arn = arn.parse().map_err(|_| bad())?;
    let is_role = parsed.service() == "iam"
        && parsed.account().is_some()
        && parsed.resource().strip_prefix("role/").is_some_and(|name| !name.is_empty());
    if is_role { Ok(()) } else { Err(bad()) }
}

/// A field of the form with filters that a rule lacks; AWS's words.
fn missing(field: &str) -> Fail {
    error::invalid_request(format!(
        "{field} must be specified for this version of Cross Region Replication configuration \
         schema. Please refer to S3 Developer Guide for more information."
    ))
}

fn rule(rule: &ReplicationRule) -> Result<()> {
    if let Some(id) = rule.id.as_deref().filter(|id| id.chars().count() > ID_CHARACTERS_MAX) {
        let message = format!("The maximum length of a rule ID is {ID_CHARACTERS_MAX} characters");
        return Err(error::invalid_argument("ID", id, &message));
    }
    match &rule.filter {
        Some(filter) => {
            let members = [filter.and.is_some(), filter.prefix.is_some(), filter.tag.is_some()];
            if rule.prefix.is_some() || members.into_iter().filter(|there| *there).count() > 1 {
                return Err(error::malformed_xml());
            }
            match rule.priority {
                None => return Err(missing("Priority")),
                Some(priority) if priority < 0 => {
                    let message = "Priority must be a non-negative integer";
                    return Err(error::invalid_argument(
                        "Priority",
                        &priority.to_string(),
                        message,
                    ));
                }
                Some(_) => {}
            }
            let markers = rule.delete_marker_replication.as_ref();
            let markers = markers.ok_or_else(|| missing("DeleteMarkerReplication"))?;
            let asks_tags = rules::tags(rule).next().is_some();
            if asks_tags && markers.status == Some(DeleteMarkerReplicationStatus::Enabled) {
                return Err(error::invalid_request(
                    "Delete marker replication is not supported if any Tag filter is specified. \
                     Please refer to S3 Developer Guide for more information.",
                ));
            }
            let tags: Vec<_> = rules::tags(rule).cloned().collect();
            crate::ops::object::put_object_tagging::tags_up_to(
                &tags,
                crate::ops::object::headers::TAGS_MAX,
            )?;
        }
        None => {
            if rule.prefix.is_none() {
                return Err(error::malformed_xml());
            }
            if rule.delete_marker_replication.is_some() || rule.priority.is_some() {
                return Err(missing("Filter"));
            }
        }
    }
    if rules::prefix(rule).len() > PREFIX_BYTES_MAX {
        let message = "The maximum size of a prefix is 1024";
        return Err(error::invalid_request(message));
    }
    selection(rule)?;
    destination(&rule.destination)
}

fn selection(rule: &ReplicationRule) -> Result<()> {
    // AWS has it in its schema, and takes it no more: Batch Operations do that.
    if rule.existing_object_replication.is_some() {
        return Err(error::malformed_xml());
    }
    let criteria = rule.source_selection_criteria.as_ref();
    let kms = criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects.as_ref());
    let enabled = kms.is_some_and(|said| said.status == SseKmsEncryptedObjectsStatus::Enabled);
    let encryption = rule.destination.encryption_configuration.as_ref();
    let key = encryption.and_then(|encryption| encryption.replica_kms_key_id.as_deref());
    if enabled && key.is_none_or(str::is_empty) {
        return Err(error::invalid_request(
            "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
        ));
    }
    if encryption.is_some() && kms.is_none() {
        return Err(error::invalid_request(
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration tag is present.",
        ));
    }
    Ok(())
}

fn destination(to: &Destination) -> Result<()> {
    if rules::bucket_of(&to.bucket).is_none() {
        return Err(error::invalid_argument("Bucket", &to.bucket, "Invalid bucket ARN"));
    }
    classes::asked(to.storage_class)?;
    if to.access_control_translation.is_some() && to.account.is_none() {
        return Err(error::invalid_request(
            "Account must be specified when AccessControlTranslation is specified.",
        ));
    }
    if let Some(account) = &to.account
        && account.parse::<platform::AccountId>().is_err()
    {
        return Err(error::invalid_argument("Account", account, "Invalid account id"));
    }
    if let Some(time) = &to.replication_time
        && time.status == ReplicationTimeStatus::Enabled
    {
        if time.time.minutes != Some(MINUTES) {
            return Err(error::invalid_request(
                "The only supported ReplicationTime is 15 minutes.",
            ));
        }
        let metrics = to.metrics.as_ref();
        if metrics.is_none_or(|metrics| metrics.status != MetricsStatus::Enabled) {
            return Err(error::invalid_request(
                "Metrics must be enabled when ReplicationTime is enabled.",
            ));
        }
    }
    Ok(())
}

/// Refuses what depends on the buckets.
pub(crate) fn buckets(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    configuration: &ReplicationConfiguration,
) -> Result<()> {
    if bucket.versioning != Versioning::Enabled {
        return Err(error::invalid_request(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        ));
    }
    for rule in &configuration.rules {
        let to = rules::bucket_of(&rule.destination.bucket).unwrap_or_default();
        if to == name {
            return Err(error::invalid_request(
                "The destination bucket cannot be the same as the source bucket.",
            ));
        }
        let there = BUCKETS.get(tx, to.as_str())?;
        let there =
            there.ok_or_else(|| error::invalid_request("Destination bucket must exist."))?;
        if there.versioning != Versioning::Enabled {
            return Err(error::invalid_request("Destination bucket must have versioning enabled."));
        }
        let locks = |bucket: &Bucket| bucket.settings.has(Setting::ObjectLock);
        if locks(bucket) && !locks(&there) {
            return Err(error::invalid_request(
                "Destination bucket must have Object Lock enabled, as the source bucket has.",
            ));
        }
    }
    Ok(())
}
