//! `DeleteAccessKey`: forgets a key.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html>

use iam_api::{DeleteAccessKey, DeleteAccessKeyInput, DeleteAccessKeyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::identities::user_or_caller;
use crate::ops::access_key::access_keys;
use crate::{Iam, store};

impl Handle<DeleteAccessKey> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteAccessKeyInput,
    ) -> Result<DeleteAccessKeyOutput> {
        let subject = user_or_caller(ctx, input.user_name.as_deref())?;
        ctx.write(|tx| {
            let user = subject.find(tx)?;
            let key = access_keys::of(tx, user.as_ref(), &input.access_key_id)?;
            store::remove_key(tx, &input.access_key_id, &key)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteAccessKeyOutput {})
    }
}
