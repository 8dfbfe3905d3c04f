//! `DeleteRole`: forgets a role that holds nothing any more. Its sessions end with it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html>

use iam_api::{DeleteRole, DeleteRoleInput, DeleteRoleOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::Role;
use crate::{Iam, identities};

impl Handle<DeleteRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: DeleteRoleInput) -> Result<DeleteRoleOutput> {
        ctx.write(|tx| {
            let role: Role = identities::get(tx, &input.role_name)?;
            identities::must_hold_nothing(&role)?;
            identities::delete(tx, &role)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteRoleOutput {})
    }
}
