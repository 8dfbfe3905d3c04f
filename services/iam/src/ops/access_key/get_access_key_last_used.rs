//! `GetAccessKeyLastUsed`: when and for what a key was used last.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html>

use iam_api::{
    AccessKeyLastUsed, GetAccessKeyLastUsed, GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, error, identities, store};

impl Handle<GetAccessKeyLastUsed> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetAccessKeyLastUsedInput,
    ) -> Result<GetAccessKeyLastUsedOutput> {
        let id = &input.access_key_id;
        let key = ctx.read(|tx| store::KEYS.get(tx, id))?;
        // Of keys of other accounts, AWS does not say whether they exist.
        let key = key
            .filter(|key| key.account == ctx.scope().account)
            .ok_or_else(|| error::key_is_not_yours(ctx.caller().display_name(), id))?;
        let user_name = match &key.user {
            Some(user) => ctx.read(|tx| identities::get::<User>(tx, user))?.identity.name,
            None => String::new(),
        };
        let used = self.uses.of(ctx, id)?;
        let not_available = || "N/A".to_owned();
        Ok(GetAccessKeyLastUsedOutput {
            access_key_last_used: Some(AccessKeyLastUsed {
                last_used_date: used.as_ref().map(|used| used.at),
                region: used.as_ref().map_or_else(not_available, |used| used.region.clone()),
                service_name: used.map_or_else(not_available, |used| used.service),
            }),
            user_name: Some(user_name),
        })
    }
}
