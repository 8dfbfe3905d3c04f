//! `UpdateAccessKey`: lets a key be used or no longer. Inactive keys are refused like unknown ones.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html>

use iam_api::{StatusType, UpdateAccessKey, UpdateAccessKeyInput, UpdateAccessKeyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::identities::user_or_caller;
use crate::ops::access_key::access_keys;
use crate::{Iam, error, store};

impl Handle<UpdateAccessKey> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateAccessKeyInput,
    ) -> Result<UpdateAccessKeyOutput> {
        let active = match input.status {
            StatusType::Active => true,
            StatusType::Inactive => false,
            StatusType::Expired => return Err(error::invalid("A key cannot be made expired.")),
        };
        let subject = user_or_caller(ctx, input.user_name.as_deref())?;
        ctx.write(|tx| {
            let user = subject.find(tx)?;
            let mut key = access_keys::of(tx, user.as_ref(), &input.access_key_id)?;
            key.active = active;
            store::KEYS.put(tx, &input.access_key_id, &key)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UpdateAccessKeyOutput {})
    }
}
