//! `GenerateMac`: the code of a message.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html>

use kms_api::{GenerateMac, GenerateMacInput, GenerateMacOutput};
use platform::{Ctx, Handle, Result};

use super::require;
use crate::crypto::mac;
use crate::{Kms, error, find};

impl Handle<GenerateMac> for Kms {
    async fn handle(&self, ctx: &Ctx, input: GenerateMacInput) -> Result<GenerateMacOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let (algorithm, tokens) = (input.mac_algorithm, input.grant_tokens.as_deref());
        let hash = require(ctx, &found, "kms:GenerateMac", algorithm, tokens).await?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let material = self.vault.current(ctx, &found)?.bytes;
        let code = mac::make(hash, &material, &input.message);
        Ok(GenerateMacOutput {
            key_id: Some(found.arn().to_string()),
            mac: Some(code.map_err(|_| error::broken_material())?.into()),
            mac_algorithm: Some(algorithm),
        })
    }
}
