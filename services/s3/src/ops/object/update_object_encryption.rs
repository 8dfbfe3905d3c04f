//! `UpdateObjectEncryption`: puts an object under another key of KMS; all else of it stays.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html>
//!
//! AWS: the object's data key is wrapped anew; here: its bytes are sealed anew, as each blob's key
//! comes from that of its object.

use platform::{AccountId, Arn, Ctx, Fail, Handle, Result};
use s3_api::{
    SSEKMSEncryption, UpdateObjectEncryption, UpdateObjectEncryptionRequest,
    UpdateObjectEncryptionResponse,
};

use super::copy_object::{CopyKeys, Source};
use crate::checksum::Algorithm;
use crate::encryption::{self, Asked, Encryption, Members};
use crate::model::Version;
use crate::receive::Keep;
use crate::{S3, error, lock, names, store};

/// How often it is begun anew because another request changed the object meanwhile.
const TRIES: usize = 8;

impl Handle<UpdateObjectEncryption> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateObjectEncryptionRequest,
    ) -> Result<UpdateObjectEncryptionResponse> {
        names::check_key(&input.key)?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let (asked, arn) = asked(input.object_encryption.ssekms)?;
        let id = input.version_id.as_deref();
        super::require(ctx, "s3:PutObject", (name, key), None).await?;
        let find = || {
            let (from, bucket) = ctx.read(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                Ok::<_, Fail>((store::readable(tx, name, key, id)?, bucket))
            })?;
            own_key(&arn, bucket.owner.account)?;
            may_change(ctx, &from)?;
            let algorithm = from.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |c| c.algorithm);
            Ok(Source { range: 0..from.size, from, bucket, algorithm })
        };
        if let Err(fail) = find() {
            return Err(super::missing(ctx, name, fail).await);
        }
        let defaults = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, None)?;
            encryption::defaults(tx, (name, &bucket))
        })?;
        for _ in 0..TRIES {
            let sealing = self.seal(ctx, (name, key), &asked, &defaults).await?;
            let class = find()?.from.class();
            let keep = Keep { key: Some(&sealing.key), at: (name, key), class };
            let keys = CopyKeys { source: (name, key), given: None, keep };
            let (Source { from, .. }, written) = self.copy_bytes(ctx, find, keys).await?;
            let swap = |tx: &platform::WriteTx<'_>| {
                let now = store::readable(tx, name, key, Some(from.id_text()))?;
                may_change(ctx, &now)?;
                // A transition may have changed where its bytes belong.
                if now.blob != from.blob || now.class().is_one_zone() != class.is_one_zone() {
                    return Err(error::operation_aborted());
                }
                let encryption = Some(sealing.encryption.clone());
                let version = Version { blob: written.blob.clone(), encryption, ..now };
                store::save(tx, name, key, &version)?;
                Ok::<_, Fail>(())
            };
            match self.name(ctx, &written.blob, swap).await {
                Ok(()) => {
                    self.free([from.blob]).await;
                    return Ok(UpdateObjectEncryptionResponse::default());
                }
                Err(fail) if fail.is("OperationAborted") => {}
                Err(fail) => return Err(fail),
            }
        }
        Err(error::operation_aborted())
    }
}

/// The key that a request asks for, and its ARN.
fn asked(given: Option<SSEKMSEncryption>) -> Result<(Asked, Arn)> {
    let Some(given) = given else {
        return Err(error::invalid_request(
            "Requests that modify an object encryption configuration require a valid new \
             encryption type. Valid values are SSEKMS. Modify the request to specify SSE-KMS for \
             the updated encryption type, and then try again.",
        ));
    };
    if given.kms_key_arn.is_empty() {
        return Err(error::invalid_request(
            "Requests that modify an object's encryption type to SSE-KMS require an AWS KMS key \
             Amazon Resource Name (ARN). Modify the request to specify a KMS key ARN, and then \
             try again.",
        ));
    }
    let arn = given.kms_key_arn.parse::<Arn>().ok().filter(|arn| {
        let id = arn.resource().strip_prefix("key/");
        arn.service() == "kms" && arn.account().is_some() && id.is_some_and(|id| !id.is_empty())
    });
    let arn = arn.ok_or_else(|| {
        error::invalid_request(
            "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS \
             key Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key \
             ARN in your request, and then try again.",
        )
    })?;
    let asked = Asked::of(Members {
        method: Some(s3_api::ServerSideEncryption::AwsKms),
        kms_key: Some(&given.kms_key_arn),
        context: None,
        bucket_key: Some(given.bucket_key_enabled == Some(true)),
        customer: None,
    })?;
    Ok((asked, arn))
}

fn own_key(arn: &Arn, owner: AccountId) -> Result<()> {
    if arn.account() == Some(owner) {
        return Ok(());
    }
    let message = "The AWS KMS key in the request must be owned by the same account as the bucket. \
                   Modify the request to specify a KMS key from the same account, and then try \
                   again.";
    Err(Fail::new("AccessDenied", 403, message))
}

/// Only what is under a key of the house or of KMS, and not locked, can be put under another.
fn may_change(ctx: &Ctx, version: &Version) -> Result<()> {
    let only = "Only source objects encrypted with SSE-S3 or SSE-KMS are supported.";
    match &version.encryption {
        Some(Encryption::S3) => {}
        Some(Encryption::Kms(kms)) if !kms.dual => {}
        Some(Encryption::Kms(_) | Encryption::Customer(_)) => {
            return Err(error::invalid_request(format!(
                "The UpdateObjectEncryption operation doesn't support source objects with the \
                 encryption type DSSE-KMS or SSE-C. {only}"
            )));
        }
        None => {
            return Err(error::invalid_request(format!(
                "The UpdateObjectEncryption operation doesn't support unencrypted source objects. \
                 {only}"
            )));
        }
    }
    if lock::is_locked(version, ctx.now()) {
        let message = "The encryption type for the specified object can't be updated because that \
                       object is protected by S3 Object Lock. If the object has a governance-mode \
                       retention period or a legal hold, you must first remove the Object Lock \
                       status on the object before you issue your UpdateObjectEncryption request.";
        return Err(Fail::new("AccessDenied", 403, message));
    }
    Ok(())
}
