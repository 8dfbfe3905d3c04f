//! `TagRole`: sets tags of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>

use iam_api::{TagRole, TagRoleInput, TagRoleOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, identities, tagging};

impl Handle<TagRole> for Iam {
    async fn handle(&self, ctx: &Ctx, input: TagRoleInput) -> Result<TagRoleOutput> {
        identities::change::<Role>(ctx, &input.role_name, |_, row| {
            tagging::set(&mut row.identity.tags, input.tags)
        })
        .await?;
        Ok(TagRoleOutput {})
    }
}
