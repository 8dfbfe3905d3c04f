//! `GenerateDataKeyPair`: a pair of keys to sign or encrypt with elsewhere, and the private one encrypted, to be kept.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html>

use kms_api::{GenerateDataKeyPair, GenerateDataKeyPairInput, GenerateDataKeyPairOutput};
use platform::{Ctx, Handle, Result};

use super::{Wanted, pair};
use crate::{Kms, error};

impl Handle<GenerateDataKeyPair> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GenerateDataKeyPairInput,
    ) -> Result<GenerateDataKeyPairOutput> {
        if input.recipient.is_some() {
            return Err(error::absent("Recipient"));
        }
        let wanted = Wanted {
            key_id: &input.key_id,
            action: "kms:GenerateDataKeyPair",
            context: input.encryption_context.as_ref(),
            grant_tokens: input.grant_tokens.as_deref(),
            dry_run: input.dry_run == Some(true),
        };
        let spec = input.key_pair_spec;
        let pair = pair(self, ctx, wanted, spec).await?;
        Ok(GenerateDataKeyPairOutput {
            private_key_ciphertext_blob: Some(pair.encrypted.bytes.into()),
            private_key_plaintext: Some(pair.private.into()),
            public_key: Some(pair.public.into()),
            key_id: Some(pair.found.arn().to_string()),
            key_pair_spec: Some(spec),
            key_material_id: Some(pair.encrypted.material_id),
            ciphertext_for_recipient: None,
        })
    }
}
