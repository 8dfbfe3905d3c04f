//! `DescribeRule`: what a rule is.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html>

use events_api::{DescribeRule, DescribeRuleInput, DescribeRuleOutput, RuleState};
use platform::{Ctx, Handle, Result};

use crate::{Events, place};

impl Handle<DescribeRule> for Events {
    async fn handle(&self, ctx: &Ctx, input: DescribeRuleInput) -> Result<DescribeRuleOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let name = input.name;
        place::ask(ctx, &bus, &name).await?;
        let rule = ctx.read(|tx| place::rule(tx, &bus, &name))?;
        Ok(DescribeRuleOutput {
            arn: Some(place::rule_arn(ctx.scope(), &bus, &name)),
            name: Some(name),
            event_bus_name: Some(bus),
            event_pattern: Some(rule.pattern),
            state: Some(if rule.enabled { RuleState::Enabled } else { RuleState::Disabled }),
            description: rule.description,
            role_arn: rule.role_arn,
            created_by: Some(ctx.scope().account.as_str().to_owned()),
            ..DescribeRuleOutput::default()
        })
    }
}
