//! `Encrypt`: encrypts up to 4,096 bytes with a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>

use kms_api::{Encrypt, EncryptInput, EncryptOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, cipher, error, find, model};

impl Handle<Encrypt> for Kms {
    async fn handle(&self, ctx: &Ctx, input: EncryptInput) -> Result<EncryptOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let algorithm = model::algorithm(input.encryption_algorithm);
        let context = input.encryption_context.as_ref();
        let asked = cipher::Asked {
            action: "kms:Encrypt",
            context,
            algorithm,
            grant_tokens: input.grant_tokens.as_deref(),
            more: Vec::new(),
        };
        cipher::require(ctx, &found, asked).await?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let encrypted = self.encrypt_with(ctx, &found, algorithm, context, &input.plaintext)?;
        Ok(EncryptOutput {
            ciphertext_blob: Some(encrypted.bytes.into()),
            key_id: Some(found.arn().to_string()),
            encryption_algorithm: Some(algorithm),
        })
    }
}
