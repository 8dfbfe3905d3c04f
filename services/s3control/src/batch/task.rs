//! One task: an operation done to one object, through S3's api, as the job's role.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Ctx, Fail, Result};
use s3_api::{
    Client, CopyObjectInput, DeleteObjectTaggingInput, MetadataDirective, ObjectCannedACL,
    PutObjectTaggingInput, Replicator, ServerSideEncryption, StorageClass, Tag, Tagging,
    TaggingDirective,
};
use s3control_api::{
    JobOperation, S3CopyObjectOperation, S3MetadataDirective, S3ObjectMetadata, S3SSEAlgorithm,
    S3Tag,
};

use super::check;
use crate::error;
use crate::model::Task;

/// What keys keep of themselves in URLs.
pub(super) const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'*');
/// How often a task is tried that fails for no fault of its own.
const TRIES: usize = 3;

/// Does a task.
pub(super) async fn run(role: &Ctx, operation: &JobOperation, task: &Task) -> Result<()> {
    let mut tries = 1;
    loop {
        match once(role, operation, task).await {
            Err(fail) if !fail.is_sender() && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

async fn once(role: &Ctx, operation: &JobOperation, task: &Task) -> Result<()> {
    let (bucket, key, version_id) = (&task.bucket, &task.key, &task.version_id);
    if let Some(copy) = &operation.s3_put_object_copy {
        return Client::copy_object(role, copy_input(copy, task)?).await.map(drop);
    }
    if let Some(tagging) = &operation.s3_put_object_tagging {
        let input = PutObjectTaggingInput {
            bucket: bucket.clone(),
            key: key.clone(),
            version_id: version_id.clone(),
            tagging: Tagging { tag_set: tags(tagging.tag_set.as_deref().unwrap_or_default()) },
            ..PutObjectTaggingInput::default()
        };
        return Client::put_object_tagging(role, input).await.map(drop);
    }
    if operation.s3_delete_object_tagging.is_some() {
        let input = DeleteObjectTaggingInput {
            bucket: bucket.clone(),
            key: key.clone(),
            version_id: version_id.clone(),
            ..DeleteObjectTaggingInput::default()
        };
        return Client::delete_object_tagging(role, input).await.map(drop);
    }
    if operation.s3_replicate_object.is_some() {
        let Some(id) = version_id.clone() else {
            return Err(error::invalid_request("Task failed due to missing VersionId"));
        };
        let missing = || Fail::internal(anyhow::anyhow!("nobody replicates"));
        let replicator = role.ext::<Replicator>().ok_or_else(missing)?;
        let (bucket, key) = (bucket.clone(), key.clone());
        return replicator.0.replicate(role.clone(), bucket, key, Some(id)).await;
    }
    Err(error::not_implemented("The operation of the job"))
}

fn tags(given: &[S3Tag]) -> Vec<Tag> {
    given.iter().map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEY).to_string()
}

fn copy_input(copy: &S3CopyObjectOperation, task: &Task) -> Result<CopyObjectInput> {
    let mut copy_source = format!("{}/{}", task.bucket, encoded(&task.key));
    if let Some(id) = &task.version_id {
        copy_source.push_str(&format!("?versionId={id}"));
    }
    let prefix = copy.target_key_prefix.as_deref().unwrap_or_default();
    let target = copy.target_resource.as_deref().and_then(check::bucket_of).unwrap_or_default();
    let known = |what: &str| error::invalid_request(format!("{what} is not one that S3 knows"));
    let class = copy
        .storage_class
        .map(|class| StorageClass::parse(class.as_str()).ok_or_else(|| known("The storage class")));
    let acl = copy
        .canned_access_control_list
        .map(|acl| ObjectCannedACL::parse(acl.as_str()).ok_or_else(|| known("The ACL")));
    let tagging: Option<Vec<String>> = copy.new_object_tagging.as_ref().map(|tags| {
        let pair = |tag: &S3Tag| format!("{}={}", encoded(&tag.key), encoded(&tag.value));
        tags.iter().map(pair).collect()
    });
    let mut input = CopyObjectInput {
        bucket: target.to_owned(),
        key: format!("{prefix}{}", task.key),
        copy_source,
        acl: acl.transpose()?,
        storage_class: class.transpose()?,
        copy_source_if_modified_since: copy.modified_since_constraint,
        copy_source_if_unmodified_since: copy.un_modified_since_constraint,
        metadata_directive: copy.metadata_directive.map(|directive| match directive {
            S3MetadataDirective::Copy => MetadataDirective::Copy,
            S3MetadataDirective::Replace => MetadataDirective::Replace,
        }),
        tagging_directive: tagging.is_some().then_some(TaggingDirective::Replace),
        tagging: tagging.map(|pairs| pairs.join("&")),
        website_redirect_location: copy.redirect_location.clone(),
        object_lock_retain_until_date: copy.object_lock_retain_until_date,
        bucket_key_enabled: copy.bucket_key_enabled,
        ssekms_key_id: copy.sse_aws_kms_key_id.clone(),
        server_side_encryption: copy
            .sse_aws_kms_key_id
            .as_ref()
            .map(|_| ServerSideEncryption::AwsKms),
        ..CopyObjectInput::default()
    };
    if let Some(algorithm) = copy.checksum_algorithm {
        let parsed = s3_api::ChecksumAlgorithm::parse(algorithm.as_str());
        input.checksum_algorithm = Some(parsed.ok_or_else(|| known("The checksum"))?);
    }
    if let Some(mode) = copy.object_lock_mode {
        input.object_lock_mode = s3_api::ObjectLockMode::parse(mode.as_str());
    }
    if let Some(hold) = copy.object_lock_legal_hold_status {
        input.object_lock_legal_hold_status =
            s3_api::ObjectLockLegalHoldStatus::parse(hold.as_str());
    }
    if let Some(metadata) = &copy.new_object_metadata {
        describe(&mut input, metadata);
    }
    Ok(input)
}

/// New metadata replaces what the source has, unless the job says otherwise.
fn describe(input: &mut CopyObjectInput, metadata: &S3ObjectMetadata) {
    input.metadata_directive.get_or_insert(MetadataDirective::Replace);
    input.cache_control.clone_from(&metadata.cache_control);
    input.content_disposition.clone_from(&metadata.content_disposition);
    input.content_encoding.clone_from(&metadata.content_encoding);
    input.content_language.clone_from(&metadata.content_language);
    input.content_type.clone_from(&metadata.content_type);
    input.metadata.clone_from(&metadata.user_metadata);
    input.expires = metadata.http_expires_date.map(|date| date.http_date());
    match metadata.sse_algorithm {
        Some(S3SSEAlgorithm::Aes256) => {
            input.server_side_encryption = Some(ServerSideEncryption::Aes256);
        }
        Some(S3SSEAlgorithm::Kms) => {
            input.server_side_encryption = Some(ServerSideEncryption::AwsKms);
        }
        None => {}
    }
}
