//! Encryption under keys of KMS (SSE-KMS): data keys made and opened there on the caller's behalf,
//! so that key policies, quotas and the record of calls are KMS's.
//!
//! With a bucket key, one data key serves many objects of a bucket for a while. It is fetched once
//! for each caller, so that what a caller may do is asked before it is done.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html>

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aquifer_object::Key;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use kms_api::{Client, DataKeySpec, DecryptRequest, GenerateDataKeyRequest};
use platform::{Arn, Blob, Ctx, Fail, Region, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::bucket::arn_of;
use crate::error;

/// The key that is used where none is named.
const MANAGED: &str = "alias/aws/s3";
/// What a bucket or an object is called in the context of its keys.
const CONTEXT_ARN: &str = "aws:s3:arn";
/// How long a bucket key serves.
const BUCKET_KEY_LIFE: Duration = Duration::from_secs(300);
/// Bucket keys kept at once.
const BUCKET_KEYS_MAX: usize = 4_096;

/// What a row keeps of a data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnderKms {
    /// Whether the house's key is needed besides (DSSE-KMS).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dual: bool,
    /// The ARN of the key in KMS.
    pub key: String,
    /// The data key, as only KMS can open it.
    pub wrapped: Blob,
    /// What the client added to the context, as it wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Whether the data key is the bucket's rather than the object's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bucket_key: bool,
}

/// The key of KMS that a request or a bucket asks for.
#[derive(Clone, Debug)]
pub(crate) struct AskedKms {
    pub dual: bool,
    pub key: Option<String>,
    pub context: Option<String>,
    pub bucket_key: bool,
}

/// Reads a context as its header writes it.
///
/// # Errors
/// What is not base64 of a JSON object of strings.
pub(super) fn parse_context(header: &str) -> Result<BTreeMap<String, String>> {
    let bytes = STANDARD.decode(header).ok();
    let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.ok_or_else(|| {
        error::invalid_argument(
            "x-amz-server-side-encryption-context",
            header,
            "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 \
             string holding JSON which represents a string-string map",
        )
    })
}

/// A data key that was just made or opened.
struct DataKey {
    bytes: [u8; 32],
    wrapped: Blob,
    /// The ARN of the key in KMS.
    key: String,
}

/// What bucket keys are told apart by: the caller, the bucket, the key or the wrapped data key.
type Slot = (String, String, Vec<u8>);

/// Bucket keys in use.
#[derive(Default)]
pub(super) struct BucketKeys(Mutex<HashMap<Slot, (Timestamp, Key, UnderKms)>>);

impl BucketKeys {
    fn get(&self, now: Timestamp, slot: &Slot) -> Option<(Key, UnderKms)> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, key, row) = keys.get(slot)?;
        let serves = now >= *since && now.since(*since) < BUCKET_KEY_LIFE;
        serves.then(|| (key.clone(), row.clone()))
    }

    fn put(&self, now: Timestamp, slot: Slot, key: Key, row: UnderKms) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= BUCKET_KEYS_MAX {
            keys.retain(|_, (since, ..)| now >= *since && now.since(*since) < BUCKET_KEY_LIFE);
        }
        if keys.len() < BUCKET_KEYS_MAX {
            keys.insert(slot, (now, key, row));
        }
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Data keys from KMS.
pub(super) struct FromKms {
    pub bucket_keys: BucketKeys,
    /// The house's part of dual-layer encryption.
    pub dual: [u8; 32],
}

impl FromKms {
    /// A data key for a new object, or the bucket's.
    pub async fn make(
        &self,
        ctx: &Ctx,
        region: &Region,
        object: (&str, &str),
        asked: &AskedKms,
    ) -> Result<(Key, UnderKms)> {
        let name = asked.key.as_deref().unwrap_or(MANAGED);
        let bucket_key = asked.bucket_key && !asked.dual;
        let slot = (who(ctx), object.0.to_owned(), name.as_bytes().to_vec());
        // What a client adds to the context belongs to one object.
        let shared = bucket_key && asked.context.is_none();
        if shared && let Some(found) = self.bucket_keys.get(ctx.now(), &slot) {
            return Ok(found);
        }
        let scope = Scope { account: ctx.scope().account, region: region.clone() };
        let context = context(ctx, object, asked.context.as_deref(), bucket_key)?;
        let request = GenerateDataKeyRequest {
            key_id: name.to_owned(),
            key_spec: Some(DataKeySpec::Aes256),
            encryption_context: Some(context),
            ..Default::default()
        };
        let made = Client::generate_data_key(&ctx.with_scope(scope), request).await;
        let made = made.map_err(as_s3_says)?;
        let (bytes, wrapped) = (bytes_of(made.plaintext)?, made.ciphertext_blob);
        let data_key = DataKey {
            bytes,
            wrapped: Blob(wrapped.unwrap_or_default().to_vec()),
            key: made.key_id.unwrap_or_default(),
        };
        let row = UnderKms {
            dual: asked.dual,
            key: data_key.key,
            wrapped: data_key.wrapped,
            context: asked.context.clone(),
            bucket_key,
        };
        let key = self.engine_key(&data_key.bytes, asked.dual);
        if shared {
            self.bucket_keys.put(ctx.now(), slot, key.clone(), row.clone());
        }
        Ok((key, row))
    }

    /// Opens the data key that a row keeps.
    pub async fn open(&self, ctx: &Ctx, object: (&str, &str), row: &UnderKms) -> Result<Key> {
        let slot = (who(ctx), object.0.to_owned(), row.wrapped.0.clone());
        if row.bucket_key
            && let Some((key, _)) = self.bucket_keys.get(ctx.now(), &slot)
        {
            return Ok(key);
        }
        let arn: Option<Arn> = row.key.parse().ok();
        let region = arn.and_then(|arn| arn.region()).unwrap_or_else(|| ctx.region().clone());
        let scope = Scope { account: ctx.scope().account, region };
        let request = DecryptRequest {
            ciphertext_blob: Some(row.wrapped.0.clone().into()),
            key_id: Some(row.key.clone()),
            encryption_context: Some(context(ctx, object, row.context.as_deref(), row.bucket_key)?),
            ..Default::default()
        };
        let opened = Client::decrypt(&ctx.with_scope(scope), request).await.map_err(as_s3_says)?;
        let key = self.engine_key(&bytes_of(opened.plaintext)?, row.dual);
        if row.bucket_key {
            self.bucket_keys.put(ctx.now(), slot, key.clone(), row.clone());
        }
        Ok(key)
    }

    /// Dual-layer encryption takes both keys: neither KMS's nor the house's opens it alone.
    fn engine_key(&self, data_key: &[u8; 32], dual: bool) -> Key {
        if !dual {
            return Key::new(data_key);
        }
        let mut both =
            Hmac::<Sha256>::new_from_slice(&self.dual).expect("HMAC takes keys of any length");
        both.update(data_key);
        Key::new(&both.finalize().into_bytes().into())
    }
}

/// Who asks, as far as rights differ by it.
fn who(ctx: &Ctx) -> String {
    let key = ctx.session().and_then(|session| session.access_key_id.as_deref());
    format!("{} {}", ctx.caller().display_name(), key.unwrap_or_default())
}

/// The context that a data key is bound to.
fn context(
    ctx: &Ctx,
    (bucket, key): (&str, &str),
    added: Option<&str>,
    bucket_key: bool,
) -> Result<BTreeMap<String, String>> {
    let mut context = added.map(parse_context).transpose()?.unwrap_or_default();
    let arn = if bucket_key { arn_of(ctx, bucket, None)? } else { arn_of(ctx, bucket, Some(key))? };
    context.insert(CONTEXT_ARN.to_owned(), arn.to_string());
    Ok(context)
}

fn bytes_of(plaintext: Option<platform::Bytes>) -> Result<[u8; 32]> {
    let bytes = plaintext.and_then(|bytes| bytes.as_ref().try_into().ok());
    bytes.ok_or_else(|| Fail::internal(anyhow::anyhow!("KMS gave no data key of 256 bits")))
}

/// A refusal of KMS as S3 tells it.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn as_s3_says(fail: Fail) -> Fail {
    if fail.is("AccessDeniedException") {
        return Fail::new("AccessDenied", 403, fail.message().to_owned());
    }
    if fail.is("ThrottlingException") {
        let message = "Please reduce your request rate for operations involving AWS KMS.";
        return Fail::new("SlowDown", 503, message);
    }
    let known = [
        "DisabledException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
    ];
    match known.into_iter().find(|code| fail.is(code)) {
        Some(code) => Fail::new(format!("KMS.{code}"), 400, fail.message().to_owned()),
        None if fail.is("IncorrectKeyException") || fail.is("InvalidCiphertextException") => {
            Fail::internal(fail)
        }
        None => fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_maps_of_strings() {
        let read = parse_context(&STANDARD.encode(br#"{"team":"data"}"#)).unwrap();
        assert_eq!(read["team"], "data");
        for bad in ["{}", "", &STANDARD.encode(b"[1]"), &STANDARD.encode(br#"{"a":1}"#)] {
            assert!(parse_context(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bucket_keys_serve_for_a_while() {
        let keys = BucketKeys::default();
        let slot = |who: &str| (who.to_owned(), "b".to_owned(), b"k".to_vec());
        let row = UnderKms {
            dual: false,
            key: "arn".into(),
            wrapped: Blob(vec![1]),
            context: None,
            bucket_key: true,
        };
        let at = Timestamp::from_secs(1_000);
        keys.put(at, slot("ann"), Key::new(&[1; 32]), row.clone());
        assert_eq!(keys.get(at, &slot("ann")).unwrap().1, row);
        assert!(keys.get(at, &slot("bob")).is_none(), "each caller asks for themselves");
        assert!(keys.get(at + BUCKET_KEY_LIFE, &slot("ann")).is_none());
        assert!(keys.get(Timestamp::from_secs(999), &slot("ann")).is_none());
        keys.clear();
        assert!(keys.get(at, &slot("ann")).is_none());
    }
}
