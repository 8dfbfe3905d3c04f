//! `DeriveSharedSecret`: the secret that a private key has in common with the holder of another.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html>

use kms_api::{
    DeriveSharedSecret, DeriveSharedSecretInput, DeriveSharedSecretOutput, KeyUsageType,
};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::crypto::ecc;
use crate::spec::{self, Kind};
use crate::{Kms, error, find};

impl Handle<DeriveSharedSecret> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeriveSharedSecretInput,
    ) -> Result<DeriveSharedSecretOutput> {
        if input.recipient.is_some() {
            return Err(error::absent("Recipient"));
        }
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let algorithm = input.key_agreement_algorithm;
        let ask = Ask {
            grant_tokens: input.grant_tokens.as_deref(),
            more: vec![("kms:KeyAgreementAlgorithm", algorithm.as_str().to_owned())],
            ..Ask::default()
        };
        access::require(ctx, &found, "kms:DeriveSharedSecret", ask).await?;
        access::check_use(ctx, &found, KeyUsageType::KeyAgreement)?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let Kind::Ecc(curve) = spec::kind(found.key.spec)? else {
            return Err(error::broken_material());
        };
        let material = self.vault.current(ctx, &found)?.bytes;
        let secret = ecc::shared(curve, &material, &input.public_key).map_err(|_| {
            error::invalid(format!(
                "The public key is not one of key spec {}.",
                found.key.spec.as_str()
            ))
        })?;
        Ok(DeriveSharedSecretOutput {
            key_id: Some(found.arn().to_string()),
            shared_secret: Some(secret.into()),
            key_agreement_algorithm: Some(algorithm),
            key_origin: Some(found.key.origin),
            ciphertext_for_recipient: None,
        })
    }
}
