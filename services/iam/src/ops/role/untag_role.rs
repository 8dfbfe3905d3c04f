//! `UntagRole`: removes tags of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>

use iam_api::{UntagRole, UntagRoleInput, UntagRoleOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, identities, tagging};

impl Handle<UntagRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UntagRoleInput) -> Result<UntagRoleOutput> {
        identities::change::<Role>(ctx, &input.role_name, |_, row| {
            tagging::remove(&mut row.identity.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
        Ok(UntagRoleOutput {})
    }
}
