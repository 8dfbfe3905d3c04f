//! `ListRules`: the rules of a bus, by name.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>

use events_api::{ListRules, ListRulesInput, ListRulesOutput, Rule, RuleState};
use platform::{Ctx, Handle, Page, Result};

use crate::paging::Paging;
use crate::store::RULES;
use crate::{Events, place};

impl Handle<ListRules> for Events {
    async fn handle(&self, ctx: &Ctx, input: ListRulesInput) -> Result<ListRulesOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let prefix = input.name_prefix.unwrap_or_default();
        let list = format!("ListRules/{bus}/{prefix}");
        let paging = Paging::new(&list, input.next_token.as_deref(), input.limit)?;
        let page = ctx.read(|tx| {
            place::bus(tx, &bus)?;
            let rules = RULES.scan(tx).starting_with(&(bus.as_str(),), &prefix);
            let rules = rules.after(&(bus.clone(), paging.after.clone()));
            Page::take(&list, rules, paging.limit, |((_, name), _)| name.clone())
        })?;
        let show = |((bus, name), rule): ((String, String), crate::store::Rule)| Rule {
            arn: Some(place::rule_arn(ctx.scope(), &bus, &name)),
            name: Some(name),
            event_bus_name: Some(bus),
            event_pattern: Some(rule.pattern),
            state: Some(if rule.enabled { RuleState::Enabled } else { RuleState::Disabled }),
            description: rule.description,
            role_arn: rule.role_arn,
            ..Rule::default()
        };
        let rules = Some(page.items.into_iter().map(show).collect());
        Ok(ListRulesOutput { rules, next_token: page.next_token })
    }
}
