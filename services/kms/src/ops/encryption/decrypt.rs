//! `Decrypt`: decrypts what a key encrypted.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html>

use kms_api::{Decrypt, DecryptInput, DecryptOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, cipher, error, model};

impl Handle<Decrypt> for Kms {
    async fn handle(&self, ctx: &Ctx, input: DecryptInput) -> Result<DecryptOutput> {
        if input.recipient.is_some() {
            return Err(error::absent("Recipient"));
        }
        if input.dry_run_modifiers.is_some_and(|modifiers| !modifiers.is_empty()) {
            return Err(error::absent("DryRunModifiers"));
        }
        let bytes = input.ciphertext_blob.ok_or_else(|| {
            error::invalid("CiphertextBlob is required unless DryRunModifiers say otherwise.")
        })?;
        let algorithm = model::algorithm(input.encryption_algorithm);
        let context = input.encryption_context.as_ref();
        let found = cipher::key_of(self, ctx, &bytes, input.key_id.as_deref(), algorithm).await?;
        let asked = cipher::Asked {
            action: "kms:Decrypt",
            context,
            algorithm,
            grant_tokens: input.grant_tokens.as_deref(),
            more: Vec::new(),
        };
        cipher::require(ctx, &found, asked).await?;
        let (plaintext, material_id) =
            self.decrypt_with(ctx, &found, algorithm, context, &bytes)?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        Ok(DecryptOutput {
            key_id: Some(found.arn().to_string()),
            plaintext: Some(plaintext.into()),
            encryption_algorithm: Some(algorithm),
            key_material_id: cipher::told(algorithm, material_id),
            ..DecryptOutput::default()
        })
    }
}
