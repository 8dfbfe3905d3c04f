//! `UpdateRole`: another description or length of sessions for a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>

use iam_api::{UpdateRole, UpdateRoleInput, UpdateRoleOutput};
use platform::{Ctx, Handle, Result};

use crate::model::{Role, SESSION_SECONDS_DEFAULT};
use crate::{Iam, identities};

impl Handle<UpdateRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UpdateRoleInput) -> Result<UpdateRoleOutput> {
        identities::change::<Role>(ctx, &input.role_name, |_, role| {
            // What the call leaves out goes back to what a new role has.
            role.description = input.description;
            role.session_seconds_max =
                input.max_session_duration.unwrap_or(SESSION_SECONDS_DEFAULT);
            Ok(())
        })
        .await?;
        Ok(UpdateRoleOutput {})
    }
}
