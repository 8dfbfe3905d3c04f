//! `GenerateDataKey`: a key to encrypt with elsewhere, and the same encrypted, to be kept.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>

use kms_api::{GenerateDataKey, GenerateDataKeyInput, GenerateDataKeyOutput};
use platform::{Ctx, Handle, Result};

use super::{Wanted, data_key};
use crate::{Kms, error};

impl Handle<GenerateDataKey> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GenerateDataKeyInput,
    ) -> Result<GenerateDataKeyOutput> {
        if input.recipient.is_some() {
            return Err(error::absent("Recipient"));
        }
        let length = (input.key_spec, input.number_of_bytes);
        let wanted = Wanted {
            key_id: &input.key_id,
            action: "kms:GenerateDataKey",
            context: input.encryption_context.as_ref(),
            grant_tokens: input.grant_tokens.as_deref(),
            dry_run: input.dry_run == Some(true),
        };
        let (plaintext, encrypted, found) = data_key(self, ctx, wanted, length).await?;
        Ok(GenerateDataKeyOutput {
            ciphertext_blob: Some(encrypted.bytes.into()),
            plaintext: Some(plaintext.into()),
            key_id: Some(found.arn().to_string()),
            key_material_id: Some(encrypted.material_id),
            ciphertext_for_recipient: None,
        })
    }
}
