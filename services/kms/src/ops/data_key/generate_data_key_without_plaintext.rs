//! `GenerateDataKeyWithoutPlaintext`: an encrypted key, to be decrypted when it is needed.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html>

use kms_api::{
    GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextInput,
    GenerateDataKeyWithoutPlaintextOutput,
};
use platform::{Ctx, Handle, Result};

use super::{Wanted, data_key};
use crate::Kms;

impl Handle<GenerateDataKeyWithoutPlaintext> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GenerateDataKeyWithoutPlaintextInput,
    ) -> Result<GenerateDataKeyWithoutPlaintextOutput> {
        let length = (input.key_spec, input.number_of_bytes);
        let wanted = Wanted {
            key_id: &input.key_id,
            action: "kms:GenerateDataKeyWithoutPlaintext",
            context: input.encryption_context.as_ref(),
            grant_tokens: input.grant_tokens.as_deref(),
            dry_run: input.dry_run == Some(true),
        };
        let (_, encrypted, found) = data_key(self, ctx, wanted, length).await?;
        Ok(GenerateDataKeyWithoutPlaintextOutput {
            ciphertext_blob: Some(encrypted.bytes.into()),
            key_id: Some(found.arn().to_string()),
            key_material_id: Some(encrypted.material_id),
        })
    }
}
