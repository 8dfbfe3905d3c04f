//! `UpdateUser`: another name or path for a user; its keys, groups and policies stay.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>

use iam_api::{UpdateUser, UpdateUserInput, UpdateUserOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::User;
use crate::{Iam, identities, store};

impl Handle<UpdateUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UpdateUserInput) -> Result<UpdateUserOutput> {
        ctx.write(|tx| {
            let mut user: User = identities::get(tx, &input.user_name)?;
            let old_key = store::key(&user.identity.name);
            identities::rename(tx, &mut user, input.new_user_name, input.new_path)?;
            let new_key = store::key(&user.identity.name);
            if new_key != old_key {
                for group in &user.groups {
                    store::remove_member(tx, group, &old_key)?;
                    store::add_member(tx, group, &new_key)?;
                }
                store::move_keys(tx, &old_key, &new_key)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UpdateUserOutput {})
    }
}
