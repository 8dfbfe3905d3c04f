//! `Sign`: signs a message, or its digest, with a private key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>

use kms_api::{Sign, SignInput, SignOutput};
use platform::{Ctx, Handle, Result};

use super::{Wanted, require};
use crate::crypto::{ecc, rsa};
use crate::spec::{self, Kind, Signing};
use crate::{Kms, error, find};

impl Handle<Sign> for Kms {
    async fn handle(&self, ctx: &Ctx, input: SignInput) -> Result<SignOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let wanted = Wanted {
            action: "kms:Sign",
            algorithm: input.signing_algorithm,
            message: &input.message,
            kind: input.message_type,
            grant_tokens: input.grant_tokens.as_deref(),
        };
        let (signing, digest) = require(ctx, &found, wanted).await?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let material = self.vault.current(ctx, &found)?.bytes;
        let signature = match (spec::kind(found.key.spec)?, signing) {
            (Kind::Rsa { .. }, Signing::Rsa(padding, hash)) => {
                rsa::sign(&material, padding, hash, &digest)
            }
            (Kind::Ecc(curve), Signing::Ecdsa(_)) => ecc::sign(curve, &material, &digest),
            _ => Err(crate::crypto::Unfit),
        };
        let signature = signature.map_err(|_| error::broken_material())?;
        Ok(SignOutput {
            key_id: Some(found.arn().to_string()),
            signature: Some(signature.into()),
            signing_algorithm: Some(input.signing_algorithm),
        })
    }
}
