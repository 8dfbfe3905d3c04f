//! `EnableRule`: a rule matches events from now on.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html>

use events_api::{EnableRule, EnableRuleInput, EnableRuleOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::RULES;
use crate::{Events, place};

impl Handle<EnableRule> for Events {
    async fn handle(&self, ctx: &Ctx, input: EnableRuleInput) -> Result<EnableRuleOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let name = input.name;
        place::ask(ctx, &bus, &name).await?;
        ctx.write(|tx| {
            let mut rule = place::rule(tx, &bus, &name)?;
            rule.enabled = true;
            RULES.put(tx, &(bus.as_str(), name.as_str()), &rule)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(EnableRuleOutput {})
    }
}
