//! `DeleteRolePermissionsBoundary`: removes the bounds of what a role is allowed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>

use iam_api::{
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryInput,
    DeleteRolePermissionsBoundaryOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, attachments};

impl Handle<DeleteRolePermissionsBoundary> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteRolePermissionsBoundaryInput,
    ) -> Result<DeleteRolePermissionsBoundaryOutput> {
        attachments::remove_boundary::<Role>(ctx, &input.role_name).await?;
        Ok(DeleteRolePermissionsBoundaryOutput {})
    }
}
