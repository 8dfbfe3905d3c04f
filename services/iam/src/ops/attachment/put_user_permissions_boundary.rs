//! `PutUserPermissionsBoundary`: sets the managed policy that bounds what a user is allowed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html>

use iam_api::{
    PutUserPermissionsBoundary, PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, attachments, identities};

impl Handle<PutUserPermissionsBoundary> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutUserPermissionsBoundaryInput,
    ) -> Result<PutUserPermissionsBoundaryOutput> {
        let arn = Some(input.permissions_boundary);
        identities::change::<User>(ctx, &input.user_name, |tx, row| {
            attachments::set_boundary(tx, row, arn)
        })
        .await?;
        Ok(PutUserPermissionsBoundaryOutput {})
    }
}
