//! `DeleteUserPermissionsBoundary`: removes the bounds of what a user is allowed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html>

use iam_api::{
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryInput,
    DeleteUserPermissionsBoundaryOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, attachments};

impl Handle<DeleteUserPermissionsBoundary> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteUserPermissionsBoundaryInput,
    ) -> Result<DeleteUserPermissionsBoundaryOutput> {
        attachments::remove_boundary::<User>(ctx, &input.user_name).await?;
        Ok(DeleteUserPermissionsBoundaryOutput {})
    }
}
