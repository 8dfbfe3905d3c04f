//! `GetPublicKey`: the public half of a key pair, to be used outside.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html>

use kms_api::{GetPublicKey, GetPublicKeyInput, GetPublicKeyOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::crypto::{ecc, rsa};
use crate::spec::{self, Kind};
use crate::{Kms, error, find};

impl Handle<GetPublicKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: GetPublicKeyInput) -> Result<GetPublicKeyOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let ask = Ask { grant_tokens: input.grant_tokens.as_deref(), ..Ask::default() };
        access::require(ctx, &found, "kms:GetPublicKey", ask).await?;
        found.key.works(&found.scope)?;
        let key = &found.key;
        let material = || Ok::<_, platform::Fail>(self.vault.current(ctx, &found)?.bytes);
        let public = match spec::kind(key.spec)? {
            Kind::Rsa { .. } => rsa::public(&material()?),
            Kind::Ecc(curve) => ecc::public(curve, &material()?),
            Kind::Symmetric | Kind::Mac(_) => {
                return Err(error::no_public_key(&found.arn(), key.spec.as_str()));
            }
        };
        Ok(GetPublicKeyOutput {
            key_id: Some(found.arn().to_string()),
            public_key: Some(public.map_err(|_| error::broken_material())?.into()),
            customer_master_key_spec: spec::customer_master_key_spec(key.spec),
            key_spec: Some(key.spec),
            key_usage: Some(key.usage),
            encryption_algorithms: spec::encryption_algorithms(key.spec, key.usage),
            signing_algorithms: spec::signing_algorithms(key.spec, key.usage),
            key_agreement_algorithms: spec::key_agreement_algorithms(key.usage),
        })
    }
}
