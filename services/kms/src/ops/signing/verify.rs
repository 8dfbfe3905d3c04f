//! `Verify`: checks a signature that a private key made.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html>

use kms_api::error::kms_invalid_signature_exception;
use kms_api::{Verify, VerifyInput, VerifyOutput};
use platform::{Ctx, Handle, Result};

use super::{Wanted, require};
use crate::crypto::{ecc, rsa};
use crate::spec::{self, Kind, Signing};
use crate::{Kms, error, find};

impl Handle<Verify> for Kms {
    async fn handle(&self, ctx: &Ctx, input: VerifyInput) -> Result<VerifyOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let wanted = Wanted {
            action: "kms:Verify",
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
        let verified = match (spec::kind(found.key.spec)?, signing) {
            (Kind::Rsa { .. }, Signing::Rsa(padding, hash)) => {
                rsa::verify(&material, padding, hash, &digest, &input.signature)
            }
            (Kind::Ecc(curve), Signing::Ecdsa(_)) => {
                ecc::verify(curve, &material, &digest, &input.signature)
            }
            _ => return Err(error::broken_material()),
        };
        // AWS says no more than the code does.
        verified.map_err(|_| kms_invalid_signature_exception(""))?;
        Ok(VerifyOutput {
            key_id: Some(found.arn().to_string()),
            signature_valid: Some(true),
            signing_algorithm: Some(input.signing_algorithm),
        })
    }
}
