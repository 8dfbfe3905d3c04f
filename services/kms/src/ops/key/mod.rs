//! Keys: made, described, listed, switched off and on, deleted.

mod cancel_key_deletion;
mod create_key;
mod describe_key;
mod disable_key;
mod enable_key;
mod list_keys;
mod schedule_key_deletion;
mod update_key_description;

use platform::{Ctx, Result, ServiceBuilder};

use crate::find::Found;
use crate::model::KeyRow;
use crate::{Kms, find, store};

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::CancelKeyDeletion>()
        .op::<kms_api::CreateKey>()
        .op::<kms_api::DescribeKey>()
        .op::<kms_api::DisableKey>()
        .op::<kms_api::EnableKey>()
        .op::<kms_api::ListKeys>()
        .op::<kms_api::ScheduleKeyDeletion>()
        .op::<kms_api::UpdateKeyDescription>()
}

/// Changes a key as it is now, which may be otherwise than when it was found.
pub(crate) async fn change(
    ctx: &Ctx,
    found: &Found,
    change: impl FnOnce(&mut KeyRow) -> Result<()>,
) -> Result<KeyRow> {
    ctx.write(|tx| {
        let scope = found.scope.clone();
        let mut key = find::read(tx, scope, found.key.id.clone(), None)?.key;
        change(&mut key)?;
        store::KEYS.put(&tx.in_scope(&found.scope), &key.id, &key)?;
        Ok(key)
    })
    .await
}
