//! `GetUser`: a user, or the caller itself where none is named.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>

use iam_api::{GetUser, GetUserInput, GetUserOutput, User};
use platform::{Ctx, Handle, Result};

use crate::Iam;
use crate::identities::user_or_caller;

impl Handle<GetUser> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetUserInput) -> Result<GetUserOutput> {
        let subject = user_or_caller(ctx, input.user_name.as_deref())?;
        let user = match ctx.read(|tx| subject.find(tx))? {
            Some(user) => user.detail(ctx.scope()),
            None => account(ctx),
        };
        Ok(GetUserOutput { user })
    }
}

/// The account itself, which is shown as a user without a name.
fn account(ctx: &Ctx) -> User {
    let caller = ctx.caller();
    User {
        arn: caller.display_name().to_owned(),
        user_id: caller.id.clone(),
        path: "/".to_owned(),
        ..User::default()
    }
}
