//! `ImportKeyMaterial`: gives a key the material that a client brings along.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html>

use kms_api::error::{
    expired_import_token_exception, incorrect_key_material_exception,
    invalid_import_token_exception,
};
use kms_api::{
    ExpirationModelType, ImportKeyMaterial, ImportKeyMaterialInput, ImportKeyMaterialOutput,
    ImportType,
};
use platform::{Ctx, Handle, Result, Timestamp};

use super::{TOKEN, Token, check_external, wrapping};
use crate::access::{self, Ask};
use crate::crypto::{Unfit, ecc, key_wrap, mac::MacHash, rsa};
use crate::find::Found;
use crate::spec::{self, Kind};
use crate::{Kms, error, find, jobs, store};

/// The longest that imported material may be made to last.
const DAYS_MAX: u32 = 365;

impl Handle<ImportKeyMaterial> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ImportKeyMaterialInput,
    ) -> Result<ImportKeyMaterialOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let model = input.expiration_model.unwrap_or(ExpirationModelType::KeyMaterialExpires);
        let ask = Ask::with(vec![("kms:ExpirationModel", model.as_str().to_owned())]);
        access::require(ctx, &found, "kms:ImportKeyMaterial", ask).await?;
        check_external(&found)?;
        found.key.not_being_deleted(&found.scope)?;
        let expires = expires(ctx, model, input.valid_to)?;
        if input.import_type == Some(ImportType::NewKeyMaterial) && found.key.imported.is_some() {
            return Err(error::absent("ImportType NEW_KEY_MATERIAL for a key that has material"));
        }
        if input.key_material_description.is_some() {
            return Err(error::absent("KeyMaterialDescription"));
        }
        let token = token(self, ctx, &found, &input.import_token)?;
        let bytes =
            unwrap(&token, &input.encrypted_key_material).map_err(|_| error::bad_ciphertext())?;
        if !fits(spec::kind(found.key.spec)?, &bytes) {
            return Err(incorrect_key_material_exception(format!(
                "The key material is not one of key spec {}.",
                found.key.spec.as_str()
            )));
        }
        let (id, material) = self.vault.seal(ctx, &found.scope, &found.key.id, &bytes)?;
        if input.key_material_id.as_ref().is_some_and(|wanted| *wanted != id) {
            return Err(another());
        }
        ctx.write(|tx| {
            let mut key = find::again(tx, &found)?;
            key.not_being_deleted(&found.scope)?;
            if key.imported.as_ref().is_some_and(|before| *before != id) {
                return Err(another());
            }
            (key.imported, key.current) = (Some(id.clone()), Some(id.clone()));
            key.expires = expires;
            store::MATERIALS.put(tx, &(key.id.as_str(), id.as_str()), &material)?;
            store::KEYS.put(tx, &key.id, &key)?;
            jobs::schedule_expiry(tx, &key)
        })
        .await?;
        let key_id = Some(found.arn().to_string());
        Ok(ImportKeyMaterialOutput { key_id, key_material_id: Some(id) })
    }
}

fn another() -> platform::Fail {
    incorrect_key_material_exception(
        "The key material in the request is not the same key material that was previously imported \
         into this KMS key.",
    )
}

fn expires(
    ctx: &Ctx,
    model: ExpirationModelType,
    valid_to: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    match (model, valid_to) {
        (ExpirationModelType::KeyMaterialExpires, Some(at)) => {
            if at <= ctx.now() || at > ctx.now() + jobs::DAY * DAYS_MAX {
                return Err(error::invalid(format!(
                    "ValidTo must be in the future, and at most {DAYS_MAX} days from now."
                )));
            }
            Ok(Some(at))
        }
        (ExpirationModelType::KeyMaterialExpires, None) => Err(error::invalid(
            "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
        )),
        (ExpirationModelType::KeyMaterialDoesNotExpire, None) => Ok(None),
        (ExpirationModelType::KeyMaterialDoesNotExpire, Some(_)) => Err(error::invalid(
            "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
        )),
    }
}

fn token(kms: &Kms, ctx: &Ctx, found: &Found, sealed: &[u8]) -> Result<Token> {
    let invalid = || invalid_import_token_exception("The import token is not valid for this key.");
    let token = kms.vault.tokens.open(sealed, TOKEN).map_err(|_| invalid())?;
    let token: Token = rmp_serde::from_slice(&token).map_err(|_| invalid())?;
    if token.key != found.arn().as_str() {
        return Err(invalid());
    }
    match token.valid_to <= ctx.now() {
        true => Err(expired_import_token_exception("The import token has expired.")),
        false => Ok(token),
    }
}

fn unwrap(token: &Token, wrapped: &[u8]) -> Result<Vec<u8>, Unfit> {
    let wrapping = wrapping(&token.algorithm).ok_or(Unfit)?;
    let private = &token.private.0;
    if !wrapping.twice {
        return rsa::decrypt(private, wrapping.hash, wrapped);
    }
    let (key, material) = wrapped.split_at_checked(rsa::bits(private)? / 8).ok_or(Unfit)?;
    key_wrap::unwrap(&rsa::decrypt(private, wrapping.hash, key)?, material)
}

/// Whether material is of a kind of key.
fn fits(kind: Kind, bytes: &[u8]) -> bool {
    match kind {
        Kind::Symmetric => bytes.len() == 32,
        Kind::Rsa { bits } => rsa::bits(bytes) == Ok(bits),
        Kind::Ecc(curve) => ecc::public(curve, bytes).is_ok(),
        Kind::Mac(MacHash::Sha224) => bytes.len() == 28,
        Kind::Mac(MacHash::Sha256) => bytes.len() == 32,
        Kind::Mac(MacHash::Sha384) => bytes.len() == 48,
        Kind::Mac(MacHash::Sha512) => bytes.len() == 64,
    }
}
