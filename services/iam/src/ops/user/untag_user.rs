//! `UntagUser`: removes tags of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html>

use iam_api::{UntagUser, UntagUserInput, UntagUserOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, identities, tagging};

impl Handle<UntagUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UntagUserInput) -> Result<UntagUserOutput> {
        identities::change::<User>(ctx, &input.user_name, |_, row| {
            tagging::remove(&mut row.identity.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
        Ok(UntagUserOutput {})
    }
}
