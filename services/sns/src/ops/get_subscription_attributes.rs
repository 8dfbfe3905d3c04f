//! `GetSubscriptionAttributes`: what a subscription is.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html>

use platform::{Ctx, Handle, Result};
use sns_api::{
    GetSubscriptionAttributes, GetSubscriptionAttributesInput, GetSubscriptionAttributesOutput,
};

use crate::{Sns, names, subscriptions};

impl Handle<GetSubscriptionAttributes> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSubscriptionAttributesInput,
    ) -> Result<GetSubscriptionAttributesOutput> {
        let arn = input.subscription_arn;
        let (of, name, id) = names::subscription(ctx, &arn)?;
        let subscription = of.read(|tx| subscriptions::get(tx, &name, &id))?;
        subscriptions::check_owner(ctx, &of, &subscription)?;
        let shown = subscription.shown(&names::arn(of.scope(), &name), &arn);
        Ok(GetSubscriptionAttributesOutput { attributes: Some(shown) })
    }
}
