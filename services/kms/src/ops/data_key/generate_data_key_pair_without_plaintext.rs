//! `GenerateDataKeyPairWithoutPlaintext`: a pair of keys of which the private one is only encrypted.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html>

use kms_api::{
    GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyPairWithoutPlaintextInput,
    GenerateDataKeyPairWithoutPlaintextOutput,
};
use platform::{Ctx, Handle, Result};

use super::{Wanted, pair};
use crate::Kms;

impl Handle<GenerateDataKeyPairWithoutPlaintext> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GenerateDataKeyPairWithoutPlaintextInput,
    ) -> Result<GenerateDataKeyPairWithoutPlaintextOutput> {
        let wanted = Wanted {
            key_id: &input.key_id,
            action: "kms:GenerateDataKeyPairWithoutPlaintext",
            context: input.encryption_context.as_ref(),
            grant_tokens: input.grant_tokens.as_deref(),
            dry_run: input.dry_run == Some(true),
        };
        let spec = input.key_pair_spec;
        let pair = pair(self, ctx, wanted, spec).await?;
        Ok(GenerateDataKeyPairWithoutPlaintextOutput {
            private_key_ciphertext_blob: Some(pair.encrypted.bytes.into()),
            public_key: Some(pair.public.into()),
            key_id: Some(pair.found.arn().to_string()),
            key_pair_spec: Some(spec),
            key_material_id: Some(pair.encrypted.material_id),
        })
    }
}
