//! One task: an operation done to one object, through S3's api, as the job's role.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use platform::{Ctx, Fail, Result};
use s3_api::{
    Client, DeleteObjectTaggingInput, DigestKind, Inspector, PutObjectTaggingInput, Replicator,
    Tagging,
};
use s3control_api::{
    ComputeObjectChecksumAlgorithm, ComputeObjectChecksumType, JobOperation,
    S3ComputeObjectChecksumOperation,
};
use serde::Serialize;

use super::{inputs, invocation};
use crate::error;
use crate::model::Task;

/// What keys keep of themselves in URLs.
pub(super) const KEY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'*');
/// How often a task is tried that fails for no fault of its own.
pub(super) const TRIES: usize = 3;
/// What a report says of a task of which there is no more to say.
const SUCCESSFUL: &str = "Successful";

/// Does a task; the answer is what the report says of it.
pub(super) async fn run(
    role: &Ctx,
    job: &str,
    operation: &JobOperation,
    task: &Task,
) -> Result<String> {
    let mut tries = 1;
    loop {
        match once(role, job, operation, task).await {
            Err(fail) if !fail.is_sender() && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

async fn once(role: &Ctx, job: &str, operation: &JobOperation, task: &Task) -> Result<String> {
    if let Some(invoke) = &operation.lambda_invoke {
        return invocation::run(role, job, invoke, task).await;
    }
    if let Some(asked) = &operation.s3_compute_object_checksum {
        return checksum(role, asked, task).await;
    }
    change(role, operation, task).await.map(|()| SUCCESSFUL.to_owned())
}

async fn change(role: &Ctx, operation: &JobOperation, task: &Task) -> Result<()> {
    let (bucket, key, version_id) = (&task.bucket, &task.key, &task.version_id);
    if let Some(copy) = &operation.s3_put_object_copy {
        return Client::copy_object(role, inputs::copy(copy, task)?).await.map(drop);
    }
    if let Some(tagging) = &operation.s3_put_object_tagging {
        let tag_set = inputs::tags(tagging.tag_set.as_deref().unwrap_or_default());
        let input = PutObjectTaggingInput {
            bucket: bucket.clone(),
            key: key.clone(),
            version_id: version_id.clone(),
            tagging: Tagging { tag_set },
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
    if let Some(asked) = &operation.s3_initiate_restore_object {
        return Client::restore_object(role, inputs::restore(asked, task)).await.map(drop);
    }
    if let Some(asked) = &operation.s3_put_object_acl {
        return Client::put_object_acl(role, inputs::acl(asked, task)?).await.map(drop);
    }
    if let Some(asked) = &operation.s3_put_object_legal_hold {
        return Client::put_object_legal_hold(role, inputs::legal_hold(asked, task))
            .await
            .map(drop);
    }
    if let Some(asked) = &operation.s3_put_object_retention {
        return Client::put_object_retention(role, inputs::retention(asked, task)).await.map(drop);
    }
    if let Some(asked) = &operation.s3_update_object_encryption {
        let input = inputs::encryption(asked, task);
        return Client::update_object_encryption(role, input).await.map(drop);
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

/// What a report says of a checksum.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    #[serde(rename = "checksum_base64")]
    base64: String,
    etag: String,
    checksum_algorithm: &'static str,
    checksum_type: &'static str,
    #[serde(rename = "checksum_hex")]
    hex: String,
}

/// The algorithm of a job, as a digest; none where it is not computed here.
pub(super) fn digest_of(algorithm: ComputeObjectChecksumAlgorithm) -> Option<DigestKind> {
    use ComputeObjectChecksumAlgorithm as Name;
    match algorithm {
        Name::Crc32 => Some(DigestKind::Crc32),
        Name::Crc32C => Some(DigestKind::Crc32c),
        Name::Crc64Nvme => Some(DigestKind::Crc64Nvme),
        Name::Md5 => Some(DigestKind::Md5),
        Name::Sha1 => Some(DigestKind::Sha1),
        Name::Sha256 => Some(DigestKind::Sha256),
        Name::Sha512 => Some(DigestKind::Sha512),
        _ => None,
    }
}

/// The algorithm and the kind of checksum that a job asks for, S3's own where it says nothing.
pub(super) fn asked(
    job: &S3ComputeObjectChecksumOperation,
) -> (ComputeObjectChecksumAlgorithm, ComputeObjectChecksumType) {
    let algorithm = job.checksum_algorithm.unwrap_or(ComputeObjectChecksumAlgorithm::Crc64Nvme);
    (algorithm, job.checksum_type.unwrap_or(ComputeObjectChecksumType::FullObject))
}

async fn checksum(
    role: &Ctx,
    job: &S3ComputeObjectChecksumOperation,
    task: &Task,
) -> Result<String> {
    let (algorithm, kind) = asked(job);
    let digest = digest_of(algorithm).ok_or_else(|| error::not_implemented(algorithm.as_str()))?;
    let missing = || Fail::internal(anyhow::anyhow!("nobody inspects"));
    let inspector = role.ext::<Inspector>().ok_or_else(missing)?;
    let object = (task.bucket.clone(), task.key.clone(), task.version_id.clone());
    let composite = kind == ComputeObjectChecksumType::Composite;
    let found = inspector.0.digest(role.clone(), object, digest, composite).await?;
    let suffix = found.parts.map(|parts| format!("-{parts}")).unwrap_or_default();
    let told = Checksum {
        base64: format!("{}{suffix}", STANDARD.encode(&found.digest)),
        etag: found.etag,
        checksum_algorithm: algorithm.as_str(),
        checksum_type: kind.as_str(),
        hex: format!("{}{suffix}", hex::encode_upper(&found.digest)),
    };
    serde_json::to_string(&told).map_err(Fail::internal)
}
