//! `ReplicateKey`: makes a key of another region that is one with a key of this.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html>

use kms_api::{
    OriginType, ReplicateKey, ReplicateKeyInput, ReplicateKeyOutput, Tag, error as api_error,
};
use platform::{Ctx, Handle, Result, Tags};

use super::{not_primary, region};
use crate::access::{self, Ask};
use crate::find::Found;
use crate::model::KeyRow;
use crate::{Kms, find, policy, related, store, tags, usage};

impl Handle<ReplicateKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: ReplicateKeyInput) -> Result<ReplicateKeyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let ask = Ask::with(vec![("kms:ReplicaRegion", input.replica_region.clone())]);
        access::require_change_with(ctx, &found, "kms:ReplicateKey", ask).await?;
        let region = region(&input.replica_region, ctx.region())?;
        let there = found.scope.in_region(region.clone());
        // The replica is made where it is to be, which is a right of its own.
        let elsewhere = ctx.with_scope(there.clone());
        platform::require(&elsewhere, &kms_api::SERVICE, "kms:CreateKey", "*").await?;
        if found.key.multi_region.is_none() || !found.key.is_primary(&found.scope) {
            return Err(not_primary(&found.arn()));
        }
        found.key.works(&found.scope)?;
        let tags = tags::with(Tags::new(), input.tags.unwrap_or_default())?;
        let policy = match input.policy {
            Some(text) => policy::check(&text).map(|_| text)?,
            None => policy::standard(&there),
        };
        let replica = KeyRow {
            description: input.description.unwrap_or_default(),
            created: ctx.now().floor_millis(),
            policy,
            tags,
            expires: None,
            ..found.key.clone()
        };
        let replica = Found { scope: there, key: replica, alias: None };
        if input.bypass_policy_lockout_safety_check != Some(true) {
            policy::check_lockout(&elsewhere, &replica, &replica.key.policy).await?;
        }
        let key = ctx
            .write(|tx| {
                let primary = find::again(tx, &found)?;
                primary.works(&found.scope)?;
                put(&elsewhere, tx, &primary, &replica)
            })
            .await?;
        let tags = key
            .tags
            .iter()
            .map(|(key, value)| Tag { tag_key: key.to_owned(), tag_value: value.to_owned() });
        Ok(ReplicateKeyOutput {
            replica_tags: Some(tags.collect()),
            replica_policy: Some(key.policy.clone()),
            replica_key_metadata: Some(key.metadata(&replica.scope)),
        })
    }
}

/// Puts the replica with all material of its primary key, and tells the others of it.
fn put(ctx: &Ctx, tx: &platform::WriteTx<'_>, primary: &KeyRow, replica: &Found) -> Result<KeyRow> {
    let there = &tx.in_scope(&replica.scope);
    let known = primary
        .multi_region
        .as_ref()
        .is_some_and(|multi| multi.regions().any(|region| *region == replica.scope.region));
    if known || store::KEYS.contains(there, &primary.id)? {
        return Err(api_error::already_exists_exception(format!(
            "{} already exists.",
            replica.arn()
        )));
    }
    let primary = related::change(tx, primary, |_, key| {
        if let Some(multi) = &mut key.multi_region {
            multi.replicas.insert(replica.scope.region.clone());
        }
        Ok(())
    })?;
    // Imported material is to be imported everywhere.
    let copied = primary.origin != OriginType::External;
    let key = KeyRow {
        multi_region: primary.multi_region,
        rotation: primary.rotation,
        current: primary.current.filter(|_| copied),
        imported: primary.imported,
        ..replica.key.clone()
    };
    if copied {
        let rows: Vec<_> =
            store::MATERIALS.scan(tx).prefix(&(key.id.as_str(),)).collect::<Result<_, _>>()?;
        for (place, material) in rows {
            store::MATERIALS.put(there, &place, &material)?;
        }
    }
    store::KEYS.put(there, &key.id, &key)?;
    usage::opened(there, ctx.now(), &key)?;
    Ok(key)
}
