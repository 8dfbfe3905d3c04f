//! `VerifyMac`: checks the code of a message.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html>

use kms_api::error::kms_invalid_mac_exception;
use kms_api::{VerifyMac, VerifyMacInput, VerifyMacOutput};
use platform::{Ctx, Handle, Result};

use super::require;
use crate::crypto::mac;
use crate::{Kms, error, find};

impl Handle<VerifyMac> for Kms {
    async fn handle(&self, ctx: &Ctx, input: VerifyMacInput) -> Result<VerifyMacOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let (algorithm, tokens) = (input.mac_algorithm, input.grant_tokens.as_deref());
        let hash = require(ctx, &found, "kms:VerifyMac", algorithm, tokens).await?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let material = self.vault.current(ctx, &found)?.bytes;
        // AWS says no more than the code does.
        mac::verify(hash, &material, &input.message, &input.mac)
            .map_err(|_| kms_invalid_mac_exception(""))?;
        Ok(VerifyMacOutput {
            key_id: Some(found.arn().to_string()),
            mac_valid: Some(true),
            mac_algorithm: Some(algorithm),
        })
    }
}
