//! What tasks ask of S3: inputs of its operations, made from what the job says.

use percent_encoding::utf8_percent_encode;
use platform::{Fail, Result};
use s3_api::{
    AccessControlPolicy, CopyObjectInput, GlacierJobParameters, Grant, Grantee, MetadataDirective,
    ObjectCannedACL, ObjectEncryption, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
    ObjectLockRetention, ObjectLockRetentionMode, Owner, Permission, PutObjectAclInput,
    PutObjectLegalHoldInput, PutObjectRetentionInput, RequestPayer, RestoreObjectInput,
    RestoreRequest, SSEKMSEncryption, ServerSideEncryption, StorageClass, Tag, TaggingDirective,
    Tier, Type, UpdateObjectEncryptionRequest,
};
use s3control_api::{
    S3AccessControlList, S3CopyObjectOperation, S3GlacierJobTier, S3Grant, S3GranteeTypeIdentifier,
    S3InitiateRestoreObjectOperation, S3MetadataDirective, S3ObjectLockLegalHoldStatus,
    S3ObjectLockRetentionMode, S3ObjectMetadata, S3Permission, S3SSEAlgorithm,
    S3SetObjectAclOperation, S3SetObjectLegalHoldOperation, S3SetObjectRetentionOperation, S3Tag,
    S3UpdateObjectEncryptionOperation,
};

use super::check;
use super::task::KEY;
use crate::error;
use crate::model::Task;

/// What a model of S3 Control knows and that of S3 does not.
fn known(what: &str) -> Fail {
    error::invalid_request(format!("{what} is not one that S3 knows"))
}

/// A restore of an archived object. AWS: where no tier is named, the standard one.
pub(super) fn restore(asked: &S3InitiateRestoreObjectOperation, task: &Task) -> RestoreObjectInput {
    let tier = match asked.glacier_job_tier {
        Some(S3GlacierJobTier::Bulk) => Tier::Bulk,
        Some(S3GlacierJobTier::Standard) | None => Tier::Standard,
    };
    let request = RestoreRequest {
        days: asked.expiration_in_days,
        glacier_job_parameters: Some(GlacierJobParameters { tier }),
        ..RestoreRequest::default()
    };
    RestoreObjectInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        restore_request: Some(request),
        ..RestoreObjectInput::default()
    }
}

/// A list of grants for an object.
pub(super) fn acl(asked: &S3SetObjectAclOperation, task: &Task) -> Result<PutObjectAclInput> {
    let mut input = PutObjectAclInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        ..PutObjectAclInput::default()
    };
    let Some(policy) = &asked.access_control_policy else { return Ok(input) };
    if let Some(canned) = policy.canned_access_control_list {
        let canned = ObjectCannedACL::parse(canned.as_str());
        input.acl = Some(canned.ok_or_else(|| known("The ACL"))?);
    }
    input.access_control_policy = policy.access_control_list.as_ref().map(document);
    Ok(input)
}

fn document(list: &S3AccessControlList) -> AccessControlPolicy {
    AccessControlPolicy {
        owner: Some(Owner { id: list.owner.id.clone(), ..Owner::default() }),
        grants: Some(list.grants.iter().flatten().map(grant).collect()),
    }
}

fn grant(given: &S3Grant) -> Grant {
    let permission = given.permission.map(|permission| match permission {
        S3Permission::FullControl => Permission::FullControl,
        S3Permission::Read => Permission::Read,
        S3Permission::Write => Permission::Write,
        S3Permission::ReadAcp => Permission::ReadAcp,
        S3Permission::WriteAcp => Permission::WriteAcp,
    });
    let grantee = given.grantee.as_ref().map(|to| {
        let (identifier, kind) = (to.identifier.clone(), to.type_identifier);
        match kind {
            Some(S3GranteeTypeIdentifier::Uri) => {
                Grantee { r#type: Type::Group, uri: identifier, ..Grantee::default() }
            }
            Some(S3GranteeTypeIdentifier::EmailAddress) => Grantee {
                r#type: Type::AmazonCustomerByEmail,
                email_address: identifier,
                ..Grantee::default()
            },
            Some(S3GranteeTypeIdentifier::Id) | None => {
                Grantee { r#type: Type::CanonicalUser, id: identifier, ..Grantee::default() }
            }
        }
    });
    Grant { grantee, permission }
}

/// Grants of these permissions as a header writes them.
fn grant_header(grants: &[S3Grant], wanted: &[S3Permission]) -> Option<String> {
    let one = |grant: &S3Grant| {
        let to = grant.grantee.as_ref()?;
        let kind = match to.type_identifier? {
            S3GranteeTypeIdentifier::Id => "id",
            S3GranteeTypeIdentifier::EmailAddress => "emailAddress",
            S3GranteeTypeIdentifier::Uri => "uri",
        };
        let is_wanted = grant.permission.is_some_and(|permission| wanted.contains(&permission));
        is_wanted.then(|| format!("{kind}=\"{}\"", to.identifier.as_deref().unwrap_or_default()))
    };
    let all: Vec<String> = grants.iter().filter_map(one).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// A hold on an object, or its end.
pub(super) fn legal_hold(
    asked: &S3SetObjectLegalHoldOperation,
    task: &Task,
) -> PutObjectLegalHoldInput {
    let status = match asked.legal_hold.status {
        S3ObjectLockLegalHoldStatus::On => ObjectLockLegalHoldStatus::On,
        S3ObjectLockLegalHoldStatus::Off => ObjectLockLegalHoldStatus::Off,
    };
    PutObjectLegalHoldInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        legal_hold: Some(ObjectLockLegalHold { status: Some(status) }),
        ..PutObjectLegalHoldInput::default()
    }
}

/// How long an object is kept.
pub(super) fn retention(
    asked: &S3SetObjectRetentionOperation,
    task: &Task,
) -> PutObjectRetentionInput {
    let mode = asked.retention.mode.map(|mode| match mode {
        S3ObjectLockRetentionMode::Governance => ObjectLockRetentionMode::Governance,
        S3ObjectLockRetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
    });
    let retain_until_date = asked.retention.retain_until_date;
    PutObjectRetentionInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        bypass_governance_retention: asked.bypass_governance_retention,
        retention: Some(ObjectLockRetention { mode, retain_until_date }),
        ..PutObjectRetentionInput::default()
    }
}

/// Another key of KMS for an object.
pub(super) fn encryption(
    asked: &S3UpdateObjectEncryptionOperation,
    task: &Task,
) -> UpdateObjectEncryptionRequest {
    let kms = asked.object_encryption.as_ref().and_then(|asked| asked.ssekms.as_ref());
    let ssekms = kms.map(|kms| SSEKMSEncryption {
        bucket_key_enabled: kms.bucket_key_enabled,
        kms_key_arn: kms.kms_key_arn.clone(),
    });
    UpdateObjectEncryptionRequest {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version_id.clone(),
        object_encryption: ObjectEncryption { ssekms },
        ..UpdateObjectEncryptionRequest::default()
    }
}

pub(super) fn tags(given: &[S3Tag]) -> Vec<Tag> {
    given.iter().map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEY).to_string()
}

pub(super) fn copy(copy: &S3CopyObjectOperation, task: &Task) -> Result<CopyObjectInput> {
    let mut copy_source = format!("{}/{}", task.bucket, encoded(&task.key));
    if let Some(id) = &task.version_id {
        copy_source.push_str(&format!("?versionId={id}"));
    }
    let prefix = copy.target_key_prefix.as_deref().unwrap_or_default();
    let target = copy.target_resource.as_deref().and_then(check::bucket_of).unwrap_or_default();
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
    if copy.requester_pays == Some(true) {
        input.request_payer = Some(RequestPayer::Requester);
    }
    let grants = copy.access_control_grants.as_deref().unwrap_or_default();
    input.grant_full_control = grant_header(grants, &[S3Permission::FullControl]);
    input.grant_read = grant_header(grants, &[S3Permission::Read]);
    input.grant_read_acp = grant_header(grants, &[S3Permission::ReadAcp]);
    input.grant_write_acp = grant_header(grants, &[S3Permission::WriteAcp]);
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
