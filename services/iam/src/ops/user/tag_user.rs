//! `TagUser`: sets tags of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html>

use iam_api::{TagUser, TagUserInput, TagUserOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, identities, tagging};

impl Handle<TagUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: TagUserInput) -> Result<TagUserOutput> {
        identities::change::<User>(ctx, &input.user_name, |_, row| {
            tagging::set(&mut row.identity.tags, input.tags)
        })
        .await?;
        Ok(TagUserOutput {})
    }
}
