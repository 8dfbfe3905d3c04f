//! `ReEncrypt`: decrypts and encrypts anew, and nobody sees what.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html>

use kms_api::{ReEncrypt, ReEncryptInput, ReEncryptOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, cipher, error, find, model};

impl Handle<ReEncrypt> for Kms {
    async fn handle(&self, ctx: &Ctx, input: ReEncryptInput) -> Result<ReEncryptOutput> {
        if input.dry_run_modifiers.is_some_and(|modifiers| !modifiers.is_empty()) {
            return Err(error::absent("DryRunModifiers"));
        }
        let bytes = input.ciphertext_blob.ok_or_else(|| {
            error::invalid("CiphertextBlob is required unless DryRunModifiers say otherwise.")
        })?;
        let (old, new) = (
            model::algorithm(input.source_encryption_algorithm),
            model::algorithm(input.destination_encryption_algorithm),
        );
        let (from, to) = (
            input.source_encryption_context.as_ref(),
            input.destination_encryption_context.as_ref(),
        );
        let source = input.source_key_id.as_deref();
        let source = cipher::key_of(self, ctx, &bytes, source, old).await?;
        let destination = find::by_any(self, ctx, &input.destination_key_id).await?;
        let grant_tokens = input.grant_tokens.as_deref();
        let asked = |action, context, algorithm| cipher::Asked {
            action,
            context,
            algorithm,
            grant_tokens,
            more: vec![("kms:ReEncryptOnSameKey", (source.arn() == destination.arn()).to_string())],
        };
        cipher::require(ctx, &source, asked("kms:ReEncryptFrom", from, old)).await?;
        cipher::require(ctx, &destination, asked("kms:ReEncryptTo", to, new)).await?;
        let (plaintext, source_material_id) = self.decrypt_with(ctx, &source, old, from, &bytes)?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let encrypted = self.encrypt_with(ctx, &destination, new, to, &plaintext)?;
        Ok(ReEncryptOutput {
            ciphertext_blob: Some(encrypted.bytes.into()),
            source_key_id: Some(source.arn().to_string()),
            key_id: Some(destination.arn().to_string()),
            source_encryption_algorithm: Some(old),
            destination_encryption_algorithm: Some(new),
            source_key_material_id: cipher::told(old, source_material_id),
            destination_key_material_id: cipher::told(new, encrypted.material_id),
        })
    }
}
