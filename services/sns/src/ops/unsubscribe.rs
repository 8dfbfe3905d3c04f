//! `Unsubscribe`: ends a subscription; it succeeds for one that is not there.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{Unsubscribe, UnsubscribeInput, UnsubscribeOutput};

use crate::store::{SUBSCRIPTIONS, TOPICS};
use crate::{Sns, names, subscriptions};

impl Handle<Unsubscribe> for Sns {
    async fn handle(&self, ctx: &Ctx, input: UnsubscribeInput) -> Result<UnsubscribeOutput> {
        let (of, name, id) = names::subscription(ctx, &input.subscription_arn)?;
        of.write(|tx| {
            let key = (name.as_str(), id.as_str());
            let Some(subscription) = SUBSCRIPTIONS.get(tx, &key)? else { return Ok(()) };
            subscriptions::check_owner(ctx, &of, &subscription)?;
            subscriptions::remove(tx, &name, &id, &subscription)?;
            if let Some(mut topic) = TOPICS.get(tx, &name)? {
                topic.unsubscribed += 1;
                TOPICS.put(tx, &name, &topic)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UnsubscribeOutput {})
    }
}
