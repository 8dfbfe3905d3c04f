//! `ListTargetsByRule`: the targets of a rule, by id.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html>

use events_api::{ListTargetsByRule, ListTargetsByRuleInput, ListTargetsByRuleOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::paging::Paging;
use crate::store::TARGETS;
use crate::{Events, place};

impl Handle<ListTargetsByRule> for Events {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTargetsByRuleInput,
    ) -> Result<ListTargetsByRuleOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let rule = input.rule;
        place::ask(ctx, &bus, &rule).await?;
        let list = format!("ListTargetsByRule/{bus}/{rule}");
        let paging = Paging::new(&list, input.next_token.as_deref(), input.limit)?;
        let page = ctx.read(|tx| {
            place::rule(tx, &bus, &rule)?;
            let targets = TARGETS.scan(tx).prefix(&(bus.as_str(), rule.as_str()));
            let targets = targets.after(&(bus.clone(), rule.clone(), paging.after.clone()));
            Page::take(&list, targets, paging.limit, |((_, _, id), _)| id.clone())
        })?;
        let targets = Some(page.items.into_iter().map(|(_, target)| target.0).collect());
        Ok(ListTargetsByRuleOutput { targets, next_token: page.next_token })
    }
}
