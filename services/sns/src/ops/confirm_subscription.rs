//! `ConfirmSubscription`: shows that an endpoint wants to be sent messages, by the token it was sent.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html>

use platform::{Ctx, Fail, Handle, Result, require};
use sns_api::{ConfirmSubscription, ConfirmSubscriptionInput, ConfirmSubscriptionOutput};

use crate::store::SUBSCRIPTIONS;
use crate::{Sns, error, names, topics};

impl Handle<ConfirmSubscription> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ConfirmSubscriptionInput,
    ) -> Result<ConfirmSubscriptionOutput> {
        let (of, name) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        // Others show by the token that they may.
        if ctx.caller().account == Some(of.scope().account) {
            let (action, arn) = ("sns:ConfirmSubscription", input.topic_arn.as_str());
            require(ctx, &sns_api::SERVICE, action, arn).await?;
        }
        let now = of.now();
        let id = of
            .write(|tx| {
                topics::get(tx, &name)?;
                for row in SUBSCRIPTIONS.scan(tx).prefix(&(name.as_str(),)) {
                    let ((_, id), mut subscription) = row?;
                    let meant = subscription
                        .token
                        .as_ref()
                        .is_some_and(|token| token.text == input.token && now < token.until);
                    if meant {
                        subscription.token = None;
                        SUBSCRIPTIONS.put(tx, &(name.as_str(), id.as_str()), &subscription)?;
                        return Ok::<_, Fail>(id);
                    }
                }
                Err(error::invalid("Token"))
            })
            .await?;
        let subscription_arn = Some(format!("{}:{id}", input.topic_arn));
        Ok(ConfirmSubscriptionOutput { subscription_arn })
    }
}
