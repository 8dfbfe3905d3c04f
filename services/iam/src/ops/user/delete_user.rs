//! `DeleteUser`: forgets a user who holds nothing any more.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>

use iam_api::{DeleteUser, DeleteUserInput, DeleteUserOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, error, identities, mfa, store};

impl Handle<DeleteUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: DeleteUserInput) -> Result<DeleteUserOutput> {
        ctx.write(|tx| {
            let user: User = identities::get(tx, &input.user_name)?;
            if !user.groups.is_empty() {
                let message = "Cannot delete entity, must remove users from group first.";
                return Err(error::conflict(message));
            }
            identities::must_hold_nothing(&user)?;
            if !store::keys_of(tx, Some(&store::key(&input.user_name)))?.is_empty() {
                return Err(error::conflict(
                    "Cannot delete entity, must delete access keys first.",
                ));
            }
            mfa::must_have_none(tx, &user)?;
            identities::delete(tx, &user)?;
            Ok(())
        })
        .await?;
        Ok(DeleteUserOutput {})
    }
}
