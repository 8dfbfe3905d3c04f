//! `PutRule`: says which events are wanted.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>

use aquifer_expr::event_pattern::EventPattern;
use events_api::{PutRule, PutRuleInput, PutRuleOutput, RuleState};
use platform::{Ctx, Fail, Handle, Result, Tags};

use crate::store::{RULES, Rule};
use crate::{Events, error, place, tagging};

/// The most rules of a bus.
const RULES_MAX: usize = 300;

impl Handle<PutRule> for Events {
    async fn handle(&self, ctx: &Ctx, input: PutRuleInput) -> Result<PutRuleOutput> {
        if input.schedule_expression.is_some() {
            return Err(error::absent("ScheduleExpression of a rule"));
        }
        let Some(pattern) = input.event_pattern.filter(|pattern| !pattern.is_empty()) else {
            return Err(error::invalid(
                "Parameter(s) EventPattern or ScheduleExpression must be specified.",
            ));
        };
        EventPattern::parse(&pattern).map_err(|wrong| error::pattern(&wrong.to_string()))?;
        let enabled = match input.state {
            None | Some(RuleState::Enabled) => true,
            Some(RuleState::Disabled) => false,
            Some(other) => return Err(error::absent(&format!("The state {other} of a rule"))),
        };
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let name = input.name;
        place::ask(ctx, &bus, &name).await?;
        let mut tags = Tags::new();
        tagging::set(&mut tags, input.tags.unwrap_or_default())?;
        let mut rule = Rule {
            pattern,
            enabled,
            description: input.description,
            role_arn: input.role_arn,
            tags,
        };
        ctx.write(|tx| {
            place::bus(tx, &bus)?;
            let key = (bus.as_str(), name.as_str());
            match RULES.get(tx, &key)? {
                // AWS: tags of a rule that is there are not changed by putting it again.
                Some(there) => rule.tags = there.tags,
                None => {
                    let rules = RULES.scan(tx).prefix(&(bus.as_str(),)).keys();
                    if rules.take(RULES_MAX).count() == RULES_MAX {
                        return Err(error::limit());
                    }
                }
            }
            RULES.put(tx, &key, &rule)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutRuleOutput { rule_arn: Some(place::rule_arn(ctx.scope(), &bus, &name)) })
    }
}
