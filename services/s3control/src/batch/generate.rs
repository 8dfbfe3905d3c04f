//! Makes the tasks of a job from what is in a bucket.

use platform::{Ctx, Result, Timestamp};
use s3_api::{
    Client, EncryptedBy, HeadObjectInput, Inspector, ListObjectVersionsInput, ObjectVersion,
    Replicator, ServerSideEncryption,
};
use s3control_api::{
    JobManifestGeneratorFilter, JobOperation, KeyNameConstraint, ObjectEncryptionFilter,
    ReplicationStatus, S3JobManifestGenerator,
};

use super::check;
use super::prepare::{Sink, Stop};
use crate::model::Task;

/// Makes tasks of the objects of a bucket that pass the filter: of their current versions, or of
/// all where the operation is about versions.
pub(super) async fn generate(
    role: &Ctx,
    operation: Option<&JobOperation>,
    generator: &S3JobManifestGenerator,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let bucket = check::bucket_of(&generator.source_bucket).unwrap_or_default();
    let all = operation.is_some_and(|operation| operation.s3_replicate_object.is_some());
    let nothing = JobManifestGeneratorFilter::default();
    let filter = generator.filter.as_ref().unwrap_or(&nothing);
    let (mut key_marker, mut version_id_marker) = (None, None);
    loop {
        let input = ListObjectVersionsInput {
            bucket: bucket.to_owned(),
            key_marker: key_marker.take(),
            version_id_marker: version_id_marker.take(),
            expected_bucket_owner: generator.expected_bucket_owner.clone(),
            ..ListObjectVersionsInput::default()
        };
        let page = Client::list_object_versions(role, input).await?;
        for version in page.versions.unwrap_or_default() {
            let wanted = all || version.is_latest == Some(true);
            if !wanted || !passes(filter, &version) {
                continue;
            }
            let task = Task {
                bucket: bucket.to_owned(),
                key: version.key.unwrap_or_default(),
                version_id: version.version_id,
            };
            if asks_more(role, filter, &task).await? {
                sink.put(task).await?;
            }
        }
        if page.is_truncated != Some(true) {
            return Ok(());
        }
        (key_marker, version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
    }
}

/// Whether a version passes what a listing tells.
fn passes(filter: &JobManifestGeneratorFilter, version: &ObjectVersion) -> bool {
    let key = version.key.as_deref().unwrap_or_default();
    let (size, modified) = (version.size.unwrap_or(0), version.last_modified);
    let class = version.storage_class.as_ref().map_or("STANDARD", |class| class.as_str());
    let is_after = |at: Timestamp| modified.is_some_and(|modified| modified > at);
    let is_before = |at: Timestamp| modified.is_some_and(|modified| modified < at);
    filter.created_after.is_none_or(is_after)
        && filter.created_before.is_none_or(is_before)
        && filter.object_size_greater_than_bytes.is_none_or(|least| size > least)
        && filter.object_size_less_than_bytes.is_none_or(|most| size < most)
        && filter
            .match_any_storage_class
            .as_ref()
            .is_none_or(|classes| classes.iter().any(|wanted| wanted.as_str() == class))
        && filter.key_name_constraint.as_ref().is_none_or(|names| is_named(names, key))
}

fn is_named(names: &KeyNameConstraint, key: &str) -> bool {
    let any = |list: &Option<Vec<String>>, matches: &dyn Fn(&str) -> bool| {
        let mut list = list.iter().flatten().peekable();
        list.peek().is_none() || list.any(|part| matches(part))
    };
    any(&names.match_any_prefix, &|part| key.starts_with(part))
        && any(&names.match_any_suffix, &|part| key.ends_with(part))
        && any(&names.match_any_substring, &|part| key.contains(part))
}

/// Whether a version is encrypted as a filter wants it.
fn is_encrypted(wanted: &ObjectEncryptionFilter, by: &EncryptedBy) -> bool {
    let is = |method| by.method == Some(method);
    let has_key = |arn: Option<&String>| arn.is_none_or(|arn| by.kms_key.as_ref() == Some(arn));
    wanted.sses3.is_some() && is(ServerSideEncryption::Aes256)
        || wanted.ssec.is_some() && by.customer
        || wanted.notsse.is_some() && by.method.is_none() && !by.customer
        || wanted.dssekms.as_ref().is_some_and(|kms| {
            is(ServerSideEncryption::AwsKmsDsse) && has_key(kms.kms_key_arn.as_ref())
        })
        || wanted.ssekms.as_ref().is_some_and(|kms| {
            is(ServerSideEncryption::AwsKms)
                && has_key(kms.kms_key_arn.as_ref())
                && kms.bucket_key_enabled.is_none_or(|wanted| wanted == by.bucket_key)
        })
}

/// Whether a version passes what is to be asked for each.
async fn asks_more(
    role: &Ctx,
    filter: &JobManifestGeneratorFilter,
    task: &Task,
) -> Result<bool, Stop> {
    let version_id = task.version_id.as_deref();
    if let Some(wanted) = filter.eligible_for_replication {
        let missing = || Stop::Again(anyhow::anyhow!("nobody replicates"));
        let replicator = role.ext::<Replicator>().ok_or_else(missing)?;
        let is = replicator.0.is_eligible(role, &task.bucket, &task.key, version_id)?;
        if is != wanted {
            return Ok(false);
        }
    }
    if let Some(wanted) = filter.match_any_object_encryption.as_ref().filter(|all| !all.is_empty())
    {
        let missing = || Stop::Again(anyhow::anyhow!("nobody inspects"));
        let inspector = role.ext::<Inspector>().ok_or_else(missing)?;
        let by = inspector.0.encryption(role, &task.bucket, &task.key, version_id)?;
        if !by.is_some_and(|by| wanted.iter().any(|wanted| is_encrypted(wanted, &by))) {
            return Ok(false);
        }
    }
    let Some(wanted) = filter.object_replication_statuses.as_ref().filter(|all| !all.is_empty())
    else {
        return Ok(true);
    };
    let input = HeadObjectInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        ..HeadObjectInput::default()
    };
    let head = match Client::head_object(role, input).await {
        // It went away since it was listed.
        Err(fail) if fail.is("NoSuchKey") || fail.is("NoSuchVersion") => return Ok(false),
        head => head?,
    };
    let is = match head.replication_status {
        None => ReplicationStatus::None,
        Some(s3_api::ReplicationStatus::Failed) => ReplicationStatus::Failed,
        Some(s3_api::ReplicationStatus::Replica) => ReplicationStatus::Replica,
        Some(s3_api::ReplicationStatus::Pending) => return Ok(false),
        Some(_) => ReplicationStatus::Completed,
    };
    Ok(wanted.contains(&is))
}
