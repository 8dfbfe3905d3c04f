//! `AddUserToGroup`: gives a user what a group may do.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>

use iam_api::{AddUserToGroup, AddUserToGroupInput, AddUserToGroupOutput};
use platform::{Ctx, Handle, Result};

use crate::model::{Group, User};
use crate::{Iam, error, identities, store};

/// The most groups one user is in.
const GROUPS_MAX: usize = 10;

impl Handle<AddUserToGroup> for Iam {
    async fn handle(&self, ctx: &Ctx, input: AddUserToGroupInput) -> Result<AddUserToGroupOutput> {
        ctx.write(|tx| {
            let _: Group = identities::get(tx, &input.group_name)?;
            let mut user: User = identities::get(tx, &input.user_name)?;
            let (group, member) = (store::key(&input.group_name), store::key(&input.user_name));
            store::add_member(tx, &group, &member)?;
            user.groups.insert(group);
            if user.groups.len() > GROUPS_MAX {
                return Err(error::quota("GroupsPerUser", GROUPS_MAX));
            }
            identities::put(tx, &user)?;
            Ok(())
        })
        .await?;
        Ok(AddUserToGroupOutput {})
    }
}
