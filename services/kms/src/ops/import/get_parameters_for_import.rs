//! `GetParametersForImport`: a public key to wrap material with, and a token that belongs to it.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html>

use kms_api::{
    GetParametersForImport, GetParametersForImportInput, GetParametersForImportOutput, KeySpec,
};
use platform::{Blob, Ctx, Fail, Handle, Result};

use super::{TOKEN, Token, check_external, wrapping};
use crate::access::{self, Ask};
use crate::crypto::rsa;
use crate::{Kms, error, find, jobs, spec, vault};

impl Handle<GetParametersForImport> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetParametersForImportInput,
    ) -> Result<GetParametersForImportOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let algorithm = input.wrapping_algorithm;
        let ask = Ask::with(vec![
            ("kms:WrappingAlgorithm", algorithm.as_str().to_owned()),
            ("kms:WrappingKeySpec", input.wrapping_key_spec.as_str().to_owned()),
        ]);
        access::require(ctx, &found, "kms:GetParametersForImport", ask).await?;
        check_external(&found)?;
        found.key.not_being_deleted(&found.scope)?;
        if wrapping(algorithm.as_str()).is_none() {
            return Err(error::absent(&format!("WrappingAlgorithm {}", algorithm.as_str())));
        }
        let kind = KeySpec::parse(input.wrapping_key_spec.as_str()).map(spec::kind);
        let kind = kind.unwrap_or_else(|| Err(error::absent(input.wrapping_key_spec.as_str())))?;
        let private = vault::draw(ctx, kind).await?;
        let public = rsa::public(&private).map_err(|_| error::broken_material())?;
        let valid_to = (ctx.now() + jobs::DAY).floor_millis();
        let key = found.arn().to_string();
        let token = Token {
            key: key.clone(),
            algorithm: algorithm.as_str().to_owned(),
            valid_to,
            private: Blob(private),
        };
        let token = rmp_serde::to_vec_named(&token).map_err(Fail::internal)?;
        Ok(GetParametersForImportOutput {
            key_id: Some(key),
            import_token: Some(self.vault.tokens.seal(&token, TOKEN).into()),
            public_key: Some(public.into()),
            parameters_valid_to: Some(valid_to),
        })
    }
}
