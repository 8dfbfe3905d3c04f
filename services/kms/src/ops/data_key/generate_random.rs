//! `GenerateRandom`: random bytes.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html>

use kms_api::{GenerateRandom, GenerateRandomInput, GenerateRandomOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, error};

impl Handle<GenerateRandom> for Kms {
    async fn handle(&self, _: &Ctx, input: GenerateRandomInput) -> Result<GenerateRandomOutput> {
        if input.recipient.is_some() {
            return Err(error::absent("Recipient"));
        }
        if input.custom_key_store_id.is_some() {
            return Err(error::absent("CustomKeyStoreId"));
        }
        let bytes = input.number_of_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = bytes.ok_or_else(|| error::invalid("NumberOfBytes is required."))?;
        let plaintext = Some(super::random(bytes).into());
        Ok(GenerateRandomOutput { plaintext, ..GenerateRandomOutput::default() })
    }
}
