//! How a bucket encrypts what is put there without a word about it, and what it refuses.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html>

use platform::{Arn, Ctx, Fail, ReadTx, Region, Result};
use s3_api::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::kms::AskedKms;
use crate::error;
use crate::model::Bucket;
use crate::settings::{self, Setting};

/// What a bucket does, unless a request asks for something else.
pub(crate) struct Defaults {
    /// Whether it was ever said for this bucket.
    pub configured: bool,
    /// Whether keys that clients bring along are refused, as by every bucket since April 2026
    /// whose owner does not want otherwise.
    customer_blocked: bool,
    /// What it encrypts with, where that is not the house's key.
    kms: Option<(bool, Option<String>)>,
    /// Whether one data key of KMS serves many objects.
    pub bucket_key: bool,
    /// Where the bucket is, and its keys.
    pub region: Region,
}

impl Defaults {
    /// The key of KMS that an object gets about which nothing is said.
    pub fn kms(&self, bucket_key: Option<bool>) -> Option<AskedKms> {
        let (dual, key) = self.kms.clone()?;
        let bucket_key = bucket_key.unwrap_or(self.bucket_key);
        Some(AskedKms { dual, key, context: None, bucket_key })
    }

    /// Refuses a new object under a client's key where the bucket does.
    pub fn check_customer(&self, ctx: &Ctx, (bucket, key): (&str, &str)) -> Result<()> {
        if !self.customer_blocked {
            return Ok(());
        }
        let (who, object) = (ctx.caller().display_name(), arn_of(ctx, bucket, Some(key))?);
        let message = format!(
            "User: {who} is not authorized to perform: s3:PutObject on resource: \"{object}\" \
             because this bucket has blocked upload requests that specify Server Side Encryption \
             with Customer provided keys (SSE-C). Please specify a different server-side \
             encryption type"
        );
        Err(Fail::new("AccessDenied", 403, message))
    }
}

/// The ARN of a bucket, or of an object in it.
pub(super) fn arn_of(ctx: &Ctx, bucket: &str, key: Option<&str>) -> Result<Arn> {
    let partition = ctx.scope().partition();
    let resource = key.map_or_else(|| bucket.to_owned(), |key| format!("{bucket}/{key}"));
    Arn::from_parts(partition.as_str(), "s3", "", "", &resource)
        .map_err(|_| error::invalid_request("The object has no name"))
}

/// What a bucket does. Reads nothing where nothing was said for the bucket.
pub(crate) fn defaults(tx: &ReadTx<'_>, (name, bucket): (&str, &Bucket)) -> Result<Defaults> {
    let found = settings::get(tx, (name, bucket), Setting::Encryption)?;
    let configured = found.is_some();
    let region = bucket.owner.region.clone();
    let rule = rule(found);
    let customer_blocked = blocks_customer_keys(&rule);
    let bucket_key = rule.bucket_key_enabled == Some(true);
    let kms = rule.apply_server_side_encryption_by_default.and_then(|by| match by.sse_algorithm {
        ServerSideEncryption::AwsKms => Some((false, by.kms_master_key_id)),
        ServerSideEncryption::AwsKmsDsse => Some((true, by.kms_master_key_id)),
        _ => None,
    });
    Ok(Defaults { configured, customer_blocked, kms, bucket_key, region })
}

/// The bucket's document as it is answered: everything is said in it.
pub(crate) fn answered(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
) -> Result<ServerSideEncryptionConfiguration> {
    let rule = rule(settings::get(tx, (name, bucket), Setting::Encryption)?);
    Ok(ServerSideEncryptionConfiguration { rules: vec![rule] })
}

/// The one rule there is, or the one that holds where there is none.
fn rule(found: Option<ServerSideEncryptionConfiguration>) -> ServerSideEncryptionRule {
    found.and_then(|found| found.rules.into_iter().next()).unwrap_or_else(|| {
        ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by_house()),
            blocked_encryption_types: Some(BlockedEncryptionTypes {
                encryption_type: Some(vec![EncryptionType::SseC]),
            }),
            bucket_key_enabled: Some(false),
        }
    })
}

fn by_house() -> ServerSideEncryptionByDefault {
    ServerSideEncryptionByDefault {
        kms_master_key_id: None,
        sse_algorithm: ServerSideEncryption::Aes256,
    }
}

fn blocks_customer_keys(rule: &ServerSideEncryptionRule) -> bool {
    let blocked = rule.blocked_encryption_types.as_ref();
    let types = blocked.and_then(|blocked| blocked.encryption_type.as_deref());
    types.is_some_and(|types| types.contains(&EncryptionType::SseC))
}

/// A document that a request puts, complete: what it leaves open is as it is on a new bucket, and
/// what it blocks as it was before.
///
/// # Errors
/// `MalformedXML`, `InvalidArgument`.
pub(crate) fn checked(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    mut given: ServerSideEncryptionConfiguration,
) -> Result<ServerSideEncryptionConfiguration> {
    let [given] = given.rules.as_mut_slice() else { return Err(error::malformed_xml()) };
    let mut rule = std::mem::take(given);
    let default = rule.apply_server_side_encryption_by_default.get_or_insert_with(by_house);
    match default.sse_algorithm {
        ServerSideEncryption::Aes256 if default.kms_master_key_id.is_some() => {
            let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not \
                           aws:kms or aws:kms:dsse";
            return Err(Fail::new("InvalidArgument", 400, message)
                .with("ArgumentName", "ApplyServerSideEncryptionByDefault"));
        }
        // Whether the key is there is asked when it is used, as AWS does.
        ServerSideEncryption::Aes256
        | ServerSideEncryption::AwsKms
        | ServerSideEncryption::AwsKmsDsse => {}
        _ => return Err(error::malformed_xml()),
    }
    rule.bucket_key_enabled.get_or_insert(false);
    let said = rule.blocked_encryption_types.as_ref();
    let said = said.and_then(|blocked| blocked.encryption_type.as_deref()).unwrap_or_default();
    let encryption_type = match said {
        [] => {
            let before = self::rule(settings::get(tx, (name, bucket), Setting::Encryption)?);
            let blocked = blocks_customer_keys(&before);
            if blocked { EncryptionType::SseC } else { EncryptionType::None }
        }
        [one] => *one,
        _ => return Err(error::malformed_xml()),
    };
    rule.blocked_encryption_types =
        Some(BlockedEncryptionTypes { encryption_type: Some(vec![encryption_type]) });
    Ok(ServerSideEncryptionConfiguration { rules: vec![rule] })
}
