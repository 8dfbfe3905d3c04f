//! `CreateKey`: makes a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use kms_api::{CreateKey, CreateKeyInput, CreateKeyOutput, OriginType};
use platform::{Ctx, Handle, Result, Tags};

use crate::model::KeyRow;
use crate::{Kms, error, policy, spec, store, tags};

impl Handle<CreateKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: CreateKeyInput) -> Result<CreateKeyOutput> {
        let (spec, usage) =
            spec::of_new(input.key_spec, input.customer_master_key_spec, input.key_usage)?;
        let origin = input.origin.unwrap_or(OriginType::AwsKms);
        if origin != OriginType::AwsKms {
            return Err(error::absent(&format!("Origin {}", origin.as_str())));
        }
        if input.custom_key_store_id.is_some() || input.xks_key_id.is_some() {
            return Err(error::absent("CustomKeyStoreId"));
        }
        if input.multi_region == Some(true) {
            return Err(error::absent("MultiRegion"));
        }
        let scope = ctx.scope();
        let tags = tags::with(Tags::new(), input.tags.unwrap_or_default())?;
        let policy = match input.policy {
            Some(text) => policy::check(&text).map(|_| text)?,
            None => policy::standard(scope),
        };
        let id = ctx.ids().uuid();
        let (material_id, material) = self.vault.draw(ctx, scope, &id);
        let key = KeyRow {
            id,
            spec,
            usage,
            origin,
            service: None,
            description: input.description.unwrap_or_default(),
            created: ctx.now().floor_millis(),
            enabled: true,
            deletion: None,
            current: Some(material_id.clone()),
            policy,
            tags,
        };
        ctx.write(|tx| {
            store::KEYS.put(tx, &key.id, &key)?;
            store::MATERIALS.put(tx, &(key.id.as_str(), material_id.as_str()), &material)
        })
        .await?;
        Ok(CreateKeyOutput { key_metadata: Some(key.metadata(scope)) })
    }
}
