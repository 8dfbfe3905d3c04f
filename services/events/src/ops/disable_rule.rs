//! `DisableRule`: a rule matches nothing from now on.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html>

use events_api::{DisableRule, DisableRuleInput, DisableRuleOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::RULES;
use crate::{Events, place};

impl Handle<DisableRule> for Events {
    async fn handle(&self, ctx: &Ctx, input: DisableRuleInput) -> Result<DisableRuleOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let name = input.name;
        place::ask(ctx, &bus, &name).await?;
        ctx.write(|tx| {
            let mut rule = place::rule(tx, &bus, &name)?;
            rule.enabled = false;
            RULES.put(tx, &(bus.as_str(), name.as_str()), &rule)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DisableRuleOutput {})
    }
}
