//! `CreateUser`: a new user without any rights.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>

use std::collections::BTreeSet;

use iam_api::{CreateUser, CreateUserInput, CreateUserOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::{Identity, Kind, User};
use crate::{Iam, attachments, identities, tagging};

impl Handle<CreateUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: CreateUserInput) -> Result<CreateUserOutput> {
        let mut identity = Identity::new(ctx, Kind::User, input.user_name, input.path);
        tagging::set(&mut identity.tags, input.tags.unwrap_or_default())?;
        let mut user = User { identity, groups: BTreeSet::new() };
        let user = ctx
            .write(|tx| {
                identities::must_be_free::<User>(tx, &user.identity.name)?;
                attachments::set_boundary(tx, &mut user, input.permissions_boundary)?;
                identities::put(tx, &user)?;
                Ok::<_, Fail>(user)
            })
            .await?;
        Ok(CreateUserOutput { user: Some(user.detail(ctx.scope())) })
    }
}
