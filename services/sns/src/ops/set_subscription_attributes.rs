//! `SetSubscriptionAttributes`: changes one attribute of a subscription.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>

use std::collections::BTreeMap;

use platform::{Ctx, Fail, Handle, Result, Scope};
use sns_api::{
    SetSubscriptionAttributes, SetSubscriptionAttributesInput, SetSubscriptionAttributesOutput,
};

use crate::store::SUBSCRIPTIONS;
use crate::{Sns, names, subscription_attributes, subscriptions};

impl Handle<SetSubscriptionAttributes> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SetSubscriptionAttributesInput,
    ) -> Result<SetSubscriptionAttributesOutput> {
        let (of, name, id) = names::subscription(ctx, &input.subscription_arn)?;
        let (attribute, value) = (input.attribute_name, input.attribute_value.unwrap_or_default());
        of.write(|tx| {
            let mut subscription = subscriptions::get(tx, &name, &id)?;
            subscriptions::check_owner(ctx, &of, &subscription)?;
            let fifo = subscription.endpoint.ends_with(names::FIFO_SUFFIX);
            let scope = Scope::new(subscription.owner, of.region().clone());
            let value = subscription_attributes::check(&scope, fifo, &attribute, &value)?;
            let given = BTreeMap::from([(attribute, value)]);
            subscription_attributes::set(&mut subscription, given)?;
            SUBSCRIPTIONS.put(tx, &(name.as_str(), id.as_str()), &subscription)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(SetSubscriptionAttributesOutput {})
    }
}
