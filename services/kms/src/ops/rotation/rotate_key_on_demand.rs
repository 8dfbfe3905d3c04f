//! `RotateKeyOnDemand`: gives a key new material now.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html>

use kms_api::{
    RotateKeyOnDemand, RotateKeyOnDemandInput, RotateKeyOnDemandOutput, error as api_error,
};
use platform::{Ctx, Handle, Result};

use super::{check_primary, check_rotates};
use crate::model::RotationKind;
use crate::spec::Kind;
use crate::{Kms, access, find, related, store, usage, vault};

/// The most rotations on demand that a key has in its life.
const ROTATIONS_MAX: usize = 25;

impl Handle<RotateKeyOnDemand> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RotateKeyOnDemandInput,
    ) -> Result<RotateKeyOnDemandOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:RotateKeyOnDemand").await?;
        check_rotates(&found)?;
        check_primary(&found)?;
        let bytes = vault::draw(ctx, Kind::Symmetric).await?;
        let (id, mut material) = self.vault.seal(ctx, &found.scope, &found.key.id, &bytes)?;
        material.rotation = Some(RotationKind::OnDemand);
        let now = ctx.now();
        ctx.write(|tx| {
            let key = find::again(tx, &found)?;
            key.works(&found.scope)?;
            let mut earlier = 0;
            for row in store::MATERIALS.scan(tx).prefix(&(key.id.as_str(),)) {
                earlier += usize::from(row?.1.rotation == Some(RotationKind::OnDemand));
            }
            if earlier >= ROTATIONS_MAX {
                return Err(api_error::limit_exceeded_exception(format!(
                    "A key is rotated on demand at most {ROTATIONS_MAX} times."
                )));
            }
            related::change(tx, &key, |tx, key| {
                store::MATERIALS.put(tx, &(key.id.as_str(), id.as_str()), &material)?;
                usage::rotated(tx, now, &key.id)?;
                key.current = Some(id.clone());
                Ok(())
            })?;
            Ok(())
        })
        .await?;
        Ok(RotateKeyOnDemandOutput { key_id: Some(found.arn().to_string()) })
    }
}
