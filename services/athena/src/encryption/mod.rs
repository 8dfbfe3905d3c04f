//! How results are encrypted: by S3 as it does anyway, by S3 with a key of KMS, or here, before S3
//! sees them, with data keys of KMS.
//!
//! What is sealed here has the form of the Amazon S3 Encryption Client's second version: AES-256-GCM
//! over the whole object, its wrapped data key in the object's metadata, so that those clients open
//! it.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html>

mod gcm;

use std::collections::BTreeMap;

use athena_api::{EncryptionOption, ResultConfiguration};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms_api::{Client, DataKeySpec, DecryptRequest, GenerateDataKeyRequest};
use platform::{Ctx, Fail, Result};

use self::gcm::Gcm;
use crate::error;

/// Bytes that a sealed object is longer by.
pub(crate) const TAG: u64 = 16;

const WRAPPED: &str = "x-amz-key-v2";
const IV: &str = "x-amz-iv";
const CIPHER: &str = "x-amz-cek-alg";
const CONTEXT: &str = "x-amz-matdesc";
/// The context that binds a data key to its use.
const CONTEXT_KEY: &str = "aws:x-amz-cek-alg";
const AES_GCM: &str = "AES/GCM/NoPadding";

/// Who encrypts results, and with which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// S3, as it always does.
    Plain,
    /// S3, with this key.
    Kms(String),
    /// This room, with data keys of this key.
    Client(String),
}

impl Encryption {
    /// What a configuration asks for. It was checked when it was given.
    pub(crate) fn of(result: &ResultConfiguration) -> Self {
        let Some(asked) = &result.encryption_configuration else { return Encryption::Plain };
        let key = asked.kms_key.clone().unwrap_or_default();
        match asked.encryption_option {
            EncryptionOption::SseS3 => Encryption::Plain,
            EncryptionOption::SseKms => Encryption::Kms(key),
            EncryptionOption::CseKms => Encryption::Client(key),
        }
    }

    /// The key that S3 is to use.
    pub(crate) fn kms_key(&self) -> Option<&str> {
        match self {
            Encryption::Kms(key) => Some(key),
            Encryption::Plain | Encryption::Client(_) => None,
        }
    }

    /// Seals one object, if that is done here.
    pub(crate) async fn sealer(&self, ctx: &Ctx) -> Result<Option<Sealer>> {
        match self {
            Encryption::Client(key) => Sealer::new(ctx, key).await.map(Some),
            Encryption::Plain | Encryption::Kms(_) => Ok(None),
        }
    }
}

/// Refuses encryption that lacks its key.
pub(crate) fn check(result: &ResultConfiguration) -> Result<()> {
    match &result.encryption_configuration {
        Some(asked)
            if asked.encryption_option != EncryptionOption::SseS3
                && asked.kms_key.as_deref().unwrap_or_default().is_empty() =>
        {
            let option = asked.encryption_option;
            Err(error::invalid(format!("KmsKey is required for EncryptionOption {option}")))
        }
        _ => Ok(()),
    }
}

/// How strong an option is held to be, where a workgroup asks for the least.
pub(crate) fn strength(option: Option<EncryptionOption>) -> u8 {
    match option {
        None | Some(EncryptionOption::SseS3) => 0,
        Some(EncryptionOption::SseKms) => 1,
        Some(EncryptionOption::CseKms) => 2,
    }
}

fn context() -> BTreeMap<String, String> {
    BTreeMap::from([(CONTEXT_KEY.to_owned(), AES_GCM.to_owned())])
}

/// One object being sealed.
pub(crate) struct Sealer {
    gcm: Gcm,
    metadata: BTreeMap<String, String>,
}

impl Sealer {
    async fn new(ctx: &Ctx, key: &str) -> Result<Self> {
        let request = GenerateDataKeyRequest {
            key_id: key.to_owned(),
            key_spec: Some(DataKeySpec::Aes256),
            encryption_context: Some(context()),
            ..GenerateDataKeyRequest::default()
        };
        let made = Client::generate_data_key(ctx, request).await?;
        let data_key = data_key(made.plaintext)?;
        let mut iv = [0; 12];
        // A data key seals one object only, so that any value that is not used twice would do.
        iv.copy_from_slice(&ctx.ids().uuid().replace('-', "").as_bytes()[..12]);
        let wrapped = made.ciphertext_blob.unwrap_or_default();
        let described = serde_json::to_string(&context()).map_err(Fail::internal)?;
        let metadata = [
            (WRAPPED, STANDARD.encode(wrapped)),
            (IV, STANDARD.encode(iv)),
            (CIPHER, AES_GCM.to_owned()),
            ("x-amz-wrap-alg", "kms+context".to_owned()),
            (CONTEXT, described),
            ("x-amz-tag-len", (TAG * 8).to_string()),
        ];
        let metadata = metadata.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(Self { gcm: Gcm::new(&data_key, iv), metadata: metadata.collect() })
    }

    /// What the object's metadata says.
    pub(crate) fn metadata(&self) -> BTreeMap<String, String> {
        self.metadata.clone()
    }

    /// Seals the object's next bytes in place.
    pub(crate) fn seal(&mut self, bytes: &mut [u8]) {
        self.gcm.seal(bytes);
    }

    /// What follows the last of them.
    pub(crate) fn tag(self) -> [u8; 16] {
        self.gcm.tag()
    }
}

/// Opens an object, or a part of one.
pub(crate) struct Opener(Gcm);

impl Opener {
    /// Of an object with such metadata; none if nobody sealed it.
    pub(crate) async fn new(
        ctx: &Ctx,
        metadata: Option<&BTreeMap<String, String>>,
    ) -> Result<Option<Self>> {
        let said = |name: &str| metadata.and_then(|said| said.get(name)).map(String::as_str);
        let Some(wrapped) = said(WRAPPED) else { return Ok(None) };
        let unreadable = || error::invalid("The envelope of an encrypted result is not readable.");
        let bytes = |text: Option<&str>| text.and_then(|text| STANDARD.decode(text).ok());
        let iv = bytes(said(IV)).and_then(|iv| iv.try_into().ok()).ok_or_else(unreadable)?;
        if said(CIPHER) != Some(AES_GCM) {
            return Err(unreadable());
        }
        let context = said(CONTEXT).map(serde_json::from_str).transpose();
        let request = DecryptRequest {
            ciphertext_blob: Some(bytes(Some(wrapped)).ok_or_else(unreadable)?.into()),
            encryption_context: context.map_err(|_| unreadable())?,
            ..DecryptRequest::default()
        };
        let opened = Client::decrypt(ctx, request).await?;
        Ok(Some(Self(Gcm::new(&data_key(opened.plaintext)?, iv))))
    }

    /// Goes to a byte of the object. Parts are opened without asking whether all is unchanged.
    pub(crate) fn seek(&mut self, at: u64) {
        self.0.seek(at);
    }

    /// Opens the object's next bytes in place.
    pub(crate) fn open(&mut self, bytes: &mut [u8]) {
        self.0.open(bytes);
    }

    /// Whether what was opened from the first byte on was sealed so.
    pub(crate) fn ends_with(self, tag: &[u8]) -> bool {
        self.0.tag()[..] == *tag
    }
}

fn data_key(plaintext: Option<platform::Bytes>) -> Result<[u8; 32]> {
    let bytes = plaintext.and_then(|bytes| bytes.as_ref().try_into().ok());
    bytes.ok_or_else(|| Fail::internal(anyhow::anyhow!("KMS gave no data key of 256 bits")))
}
