//! `CreateKey`: makes a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use kms_api::{CreateKey, CreateKeyInput, CreateKeyOutput, OriginType};
use platform::{Ctx, Handle, Result, Tags};

use crate::find::Found;
use crate::model::{KeyRow, MultiRegion};
use crate::{Kms, error, policy, spec, store, tags, usage, vault};

impl Handle<CreateKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: CreateKeyInput) -> Result<CreateKeyOutput> {
        let (spec, usage) =
            spec::of_new(input.key_spec, input.customer_master_key_spec, input.key_usage)?;
        let kind = spec::kind(spec)?;
        let origin = input.origin.unwrap_or(OriginType::AwsKms);
        if !matches!(origin, OriginType::AwsKms | OriginType::External) {
            return Err(error::absent(&format!("Origin {}", origin.as_str())));
        }
        if input.custom_key_store_id.is_some() || input.xks_key_id.is_some() {
            return Err(error::absent("CustomKeyStoreId"));
        }
        let scope = ctx.scope();
        let tags = tags::with(Tags::new(), input.tags.unwrap_or_default())?;
        let policy = match input.policy {
            Some(text) => policy::check(&text).map(|_| text)?,
            None => policy::standard(scope),
        };
        let multi = input.multi_region == Some(true);
        let id = match multi {
            true => format!("mrk-{}", ctx.ids().hex(32)),
            false => ctx.ids().uuid(),
        };
        let mut found = Found {
            scope: scope.clone(),
            alias: None,
            key: KeyRow {
                id,
                spec,
                usage,
                origin,
                service: None,
                description: input.description.unwrap_or_default(),
                created: ctx.now().floor_millis(),
                enabled: true,
                deletion: None,
                current: None,
                policy,
                tags,
                rotation: None,
                multi_region: multi.then(|| MultiRegion {
                    primary: scope.region.clone(),
                    replicas: Default::default(),
                }),
                imported: None,
                expires: None,
            },
        };
        if input.bypass_policy_lockout_safety_check != Some(true) {
            policy::check_lockout(ctx, &found, &found.key.policy).await?;
        }
        let material = match origin {
            OriginType::External => None,
            _ => {
                let bytes = vault::draw(ctx, kind).await?;
                Some(self.vault.seal(ctx, scope, &found.key.id, &bytes)?)
            }
        };
        found.key.current = material.as_ref().map(|(id, _)| id.clone());
        let key = found.key;
        ctx.write(|tx| {
            store::KEYS.put(tx, &key.id, &key)?;
            if let Some((id, material)) = &material {
                store::MATERIALS.put(tx, &(key.id.as_str(), id.as_str()), material)?;
            }
            usage::opened(tx, ctx.now(), &key)
        })
        .await?;
        Ok(CreateKeyOutput { key_metadata: Some(key.metadata(scope)) })
    }
}
