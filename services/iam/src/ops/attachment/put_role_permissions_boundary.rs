//! `PutRolePermissionsBoundary`: sets the managed policy that bounds what a role is allowed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>

use iam_api::{
    PutRolePermissionsBoundary, PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, attachments, identities};

impl Handle<PutRolePermissionsBoundary> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutRolePermissionsBoundaryInput,
    ) -> Result<PutRolePermissionsBoundaryOutput> {
        let arn = Some(input.permissions_boundary);
        identities::change::<Role>(ctx, &input.role_name, |tx, row| {
            attachments::set_boundary(tx, row, arn)
        })
        .await?;
        Ok(PutRolePermissionsBoundaryOutput {})
    }
}
