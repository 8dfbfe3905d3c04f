//! `UpdateRoleDescription`: another description for a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html>

use iam_api::{UpdateRoleDescription, UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, identities};

impl Handle<UpdateRoleDescription> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateRoleDescriptionInput,
    ) -> Result<UpdateRoleDescriptionOutput> {
        let role = identities::change::<Role>(ctx, &input.role_name, |_, role| {
            role.description = Some(input.description);
            Ok(())
        })
        .await?;
        Ok(UpdateRoleDescriptionOutput { role: Some(role.detail(ctx.scope())) })
    }
}
