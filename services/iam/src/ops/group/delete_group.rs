//! `DeleteGroup`: forgets a group without users and policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html>

use iam_api::{DeleteGroup, DeleteGroupInput, DeleteGroupOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, error, identities, store};

impl Handle<DeleteGroup> for Iam {
    async fn handle(&self, ctx: &Ctx, input: DeleteGroupInput) -> Result<DeleteGroupOutput> {
        ctx.write(|tx| {
            let group: Group = identities::get(tx, &input.group_name)?;
            if store::members(tx, &store::key(&input.group_name), "").next().is_some() {
                let message = "Cannot delete entity, must remove users from group first.";
                return Err(error::conflict(message));
            }
            identities::must_hold_nothing(&group)?;
            identities::delete(tx, &group)?;
            Ok(())
        })
        .await?;
        Ok(DeleteGroupOutput {})
    }
}
