//! Under which keys of KMS the catalog and the passwords of connections are.
//!
//! Where the catalog is under a key, whoever reads or writes it must be let use that key: a small secret
//! sealed by it is opened as the caller, or as the service role, before anything is answered.
//!
//! AWS: the metadata themselves are sealed by the key; here: their rows lie as all rows do, because what
//! the key guards against is a caller, and callers are asked.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html>

use std::collections::BTreeMap;

use glue_api::{
    CatalogEncryptionMode, CloudWatchEncryptionMode, ConnectionPasswordEncryption,
    DataCatalogEncryptionSettings, EncryptionAtRest, EncryptionConfiguration,
    JobBookmarksEncryptionMode, S3EncryptionMode, error as refusal,
};
use kms_api::{Client, DecryptRequest, EncryptRequest};
use platform::{Blob, Bytes, Ctx, Fail, ReadTx, Result, Stored, secret_bytes};

use crate::crawl::session;
use crate::error;
use crate::store::{ENCRYPTION, EncryptionRow};

/// What keys are told they are used for.
const CONTEXT: (&str, &str) = ("glue_catalog_id", "");

fn context(ctx: &Ctx) -> BTreeMap<String, String> {
    [(CONTEXT.0.to_owned(), ctx.scope().account.to_string())].into()
}

/// The settings as clients read them.
pub(crate) fn settings(tx: &ReadTx<'_>) -> Result<DataCatalogEncryptionSettings> {
    let row = ENCRYPTION.get(tx, &())?;
    Ok(row.map(|row| row.settings.0).unwrap_or_else(|| DataCatalogEncryptionSettings {
        encryption_at_rest: Some(EncryptionAtRest {
            catalog_encryption_mode: CatalogEncryptionMode::Disabled,
            ..EncryptionAtRest::default()
        }),
        connection_password_encryption: Some(ConnectionPasswordEncryption {
            return_connection_password_encrypted: false,
            ..ConnectionPasswordEncryption::default()
        }),
    }))
}

/// Checks settings, and seals what callers will have to open.
///
/// # Errors
/// `InvalidInputException`; what KMS refuses.
pub(crate) async fn described(
    ctx: &Ctx,
    given: DataCatalogEncryptionSettings,
) -> Result<EncryptionRow> {
    let at_rest = given.encryption_at_rest.clone().unwrap_or_default();
    let passwords = given.connection_password_encryption.clone().unwrap_or_default();
    if passwords.return_connection_password_encrypted && passwords.aws_kms_key_id.is_none() {
        return Err(error::invalid(
            "AwsKmsKeyId is required where passwords are returned encrypted.",
        ));
    }
    let role = at_rest.catalog_encryption_service_role.as_deref();
    let wrapped = match at_rest.catalog_encryption_mode {
        CatalogEncryptionMode::Disabled => None,
        CatalogEncryptionMode::SseKmsWithServiceRole if role.is_none() => {
            return Err(error::invalid("CatalogEncryptionServiceRole is required."));
        }
        _ => {
            // AWS: without a key it is the account's own for this service.
            let key = at_rest.sse_aws_kms_key_id.as_deref().unwrap_or("alias/aws/glue");
            Some(Blob(seal(ctx, key, &secret_bytes::<32>()).await?.to_vec()))
        }
    };
    Ok(EncryptionRow { settings: Stored(given), wrapped })
}

/// Refuses callers who may not use the key that the catalog is under.
///
/// # Errors
/// `GlueEncryptionException`.
pub(crate) async fn ask(ctx: &Ctx) -> Result<()> {
    let Some(row) = ctx.read(|tx| ENCRYPTION.get(tx, &()))? else { return Ok(()) };
    let Some(wrapped) = row.wrapped else { return Ok(()) };
    let at_rest = row.settings.0.encryption_at_rest.unwrap_or_default();
    let as_role = at_rest.catalog_encryption_mode == CatalogEncryptionMode::SseKmsWithServiceRole;
    let role = at_rest.catalog_encryption_service_role.filter(|_| as_role);
    let opened = match role {
        Some(role) => open(&session::as_role(ctx, &role).await?, wrapped.0.into()).await,
        None => open(ctx, wrapped.0.into()).await,
    };
    opened.map(|_| ())
}

/// Seals bytes under a key, as the caller.
///
/// # Errors
/// `GlueEncryptionException`.
pub(crate) async fn seal(ctx: &Ctx, key: &str, bytes: &[u8]) -> Result<Bytes> {
    let input = EncryptRequest {
        key_id: key.to_owned(),
        plaintext: Bytes::copy_from_slice(bytes),
        encryption_context: Some(context(ctx)),
        ..EncryptRequest::default()
    };
    let sealed = Client::encrypt(ctx, input).await.map_err(told)?;
    Ok(sealed.ciphertext_blob.unwrap_or_default())
}

/// Opens what was sealed, as the caller.
///
/// # Errors
/// `GlueEncryptionException`.
pub(crate) async fn open(ctx: &Ctx, sealed: Bytes) -> Result<Bytes> {
    let input = DecryptRequest {
        ciphertext_blob: Some(sealed),
        encryption_context: Some(context(ctx)),
        ..DecryptRequest::default()
    };
    Ok(Client::decrypt(ctx, input).await.map_err(told)?.plaintext.unwrap_or_default())
}

/// What KMS refuses, in this room's words.
fn told(fail: Fail) -> Fail {
    if fail.cause().is_some() {
        return fail;
    }
    refusal::glue_encryption_exception(fail.message().to_owned())
}

/// A security configuration whose keys are named where they are needed.
///
/// # Errors
/// `InvalidInputException`.
pub(crate) fn checked(given: EncryptionConfiguration) -> Result<EncryptionConfiguration> {
    let missing = |what: &str| error::invalid(format!("{what} needs a KmsKeyArn."));
    let none = |key: &Option<String>| key.as_deref().unwrap_or_default().is_empty();
    for s3 in given.s3_encryption.iter().flatten() {
        if s3.s3_encryption_mode == Some(S3EncryptionMode::SseKms) && none(&s3.kms_key_arn) {
            return Err(missing("S3Encryption"));
        }
    }
    if let Some(logs) = &given.cloud_watch_encryption
        && logs.cloud_watch_encryption_mode == Some(CloudWatchEncryptionMode::SseKms)
        && none(&logs.kms_key_arn)
    {
        return Err(missing("CloudWatchEncryption"));
    }
    if let Some(marks) = &given.job_bookmarks_encryption
        && marks.job_bookmarks_encryption_mode == Some(JobBookmarksEncryptionMode::CseKms)
        && none(&marks.kms_key_arn)
    {
        return Err(missing("JobBookmarksEncryption"));
    }
    Ok(given)
}
