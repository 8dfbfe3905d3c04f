//! `UpdateGroup`: another name or path for a group; its users and policies stay.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html>

use iam_api::{UpdateGroup, UpdateGroupInput, UpdateGroupOutput};
use platform::{Ctx, Fail, Handle, Result, StoreError};

use crate::model::{Group, User};
use crate::{Iam, identities, store};

impl Handle<UpdateGroup> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UpdateGroupInput) -> Result<UpdateGroupOutput> {
        ctx.write(|tx| {
            let mut group: Group = identities::get(tx, &input.group_name)?;
            let old_key = store::key(&group.identity.name);
            identities::rename(tx, &mut group, input.new_group_name, input.new_path)?;
            let new_key = store::key(&group.identity.name);
            if new_key != old_key {
                let members: Vec<String> =
                    store::members(tx, &old_key, "").collect::<Result<_, StoreError>>()?;
                for member in members {
                    store::remove_member(tx, &old_key, &member)?;
                    store::add_member(tx, &new_key, &member)?;
                    let mut user: User = identities::get(tx, &member)?;
                    user.groups.remove(&old_key);
                    user.groups.insert(new_key.clone());
                    identities::put(tx, &user)?;
                }
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UpdateGroupOutput {})
    }
}
