//! `ListSubscriptions`: the subscriptions of the account's topics.
//!
//! AWS: those that the account owns, also of topics of others; here: those of its topics, whoever owns
//! them.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html>

use platform::{Ctx, Handle, Result};
use sns_api::{ListSubscriptions, ListSubscriptionsInput, ListSubscriptionsOutput};

use crate::{Sns, subscriptions};

impl Handle<ListSubscriptions> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListSubscriptionsInput,
    ) -> Result<ListSubscriptionsOutput> {
        let (found, next_token) = subscriptions::list(ctx, None, input.next_token.as_deref())?;
        Ok(ListSubscriptionsOutput { subscriptions: Some(found), next_token })
    }
}
