//! `RemoveUserFromGroup`: takes from a user what a group may do.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html>

use iam_api::{RemoveUserFromGroup, RemoveUserFromGroupInput, RemoveUserFromGroupOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::{Group, User};
use crate::{Iam, identities, store};

impl Handle<RemoveUserFromGroup> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RemoveUserFromGroupInput,
    ) -> Result<RemoveUserFromGroupOutput> {
        ctx.write(|tx| {
            let _: Group = identities::get(tx, &input.group_name)?;
            let mut user: User = identities::get(tx, &input.user_name)?;
            let (group, member) = (store::key(&input.group_name), store::key(&input.user_name));
            if store::remove_member(tx, &group, &member)? {
                user.groups.remove(&group);
                identities::put(tx, &user)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(RemoveUserFromGroupOutput {})
    }
}
