//! `ListRuleNamesByTarget`: the rules of a bus that send to a target.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html>

use events_api::{ListRuleNamesByTarget, ListRuleNamesByTargetInput, ListRuleNamesByTargetOutput};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::paging::Paging;
use crate::store::TARGETS;
use crate::{Events, place};

impl Handle<ListRuleNamesByTarget> for Events {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListRuleNamesByTargetInput,
    ) -> Result<ListRuleNamesByTargetOutput> {
        let bus = place::bus_name(ctx.scope(), input.event_bus_name.as_deref())?;
        let list = format!("ListRuleNamesByTarget/{bus}/{}", input.target_arn);
        let paging = Paging::new(&list, input.next_token.as_deref(), input.limit)?;
        let page = ctx.read(|tx| {
            place::bus(tx, &bus)?;
            let mut names: Vec<String> = Vec::new();
            for row in TARGETS.scan(tx).prefix(&(bus.as_str(),)) {
                let ((_, rule, _), target) = row?;
                if target.0.arn == input.target_arn && names.last() != Some(&rule) {
                    names.push(rule);
                }
            }
            names.retain(|name| *name > paging.after);
            Page::take(&list, names.into_iter().map(Ok::<_, Fail>), paging.limit, Clone::clone)
        })?;
        let rule_names = Some(page.items);
        Ok(ListRuleNamesByTargetOutput { rule_names, next_token: page.next_token })
    }
}
